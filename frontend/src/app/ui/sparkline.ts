import { Component, computed, input } from '@angular/core';

/** Polyline and area through values, in a box of `width` × `height`; the scale starts at zero. Absent values hold the last one; the line begins with the first there is. */
export function sparkPoints(values: readonly (number | null)[], width: number, height: number): string {
  const top = Math.max(1e-9, ...values.map((value) => value ?? 0));
  const step = values.length > 1 ? width / (values.length - 1) : width;
  let last: number | undefined;
  return values
    .flatMap((value, index) => {
      last = value ?? last;
      return last === undefined ? [] : `${(index * step).toFixed(1)},${(height - 1 - (last / top) * (height - 3)).toFixed(1)}`;
    })
    .join(' ');
}

/** A line without axes beside the figure it belongs to; decorative. */
@Component({
  selector: 'oqx-sparkline',
  template: `
    <svg [attr.viewBox]="'0 0 200 ' + height()" preserveAspectRatio="none" aria-hidden="true" [style.height.px]="height()">
      <polygon [attr.points]="area()" fill="currentColor" opacity="0.12" />
      <polyline
        [attr.points]="points()"
        fill="none"
        stroke="currentColor"
        stroke-width="1.5"
        vector-effect="non-scaling-stroke"
      />
    </svg>
  `,
  host: { '[style.color]': "isFailure() ? 'var(--oqx-state-failed)' : 'var(--oqx-muted)'" },
  styles: `
    :host {
      display: block;
    }
    svg {
      display: block;
      width: 100%;
    }
  `,
})
export class Sparkline {
  readonly values = input.required<readonly (number | null)[]>();
  readonly height = input(32);
  readonly isFailure = input(false);
  protected readonly points = computed(() => sparkPoints(this.values(), 200, this.height()));
  protected readonly area = computed(() => {
    const [first] = this.points().split(',');
    return first ? `${first},${this.height()} ${this.points()} 200,${this.height()}` : '';
  });
}
