import { Component, computed, inject, input } from '@angular/core';
import type { ChaosRun } from '@contracts/rest/chaos';
import { ChaosMode } from '../../core/chaos/chaos-mode';
import { TimeZone } from '../../core/time/time-zone';
import { formatClockMs, formatCount, formatShare } from '../../ui/format';
import { stripPoints } from './strip-points';

const parts = 90;
const width = 900;
const top = 100;
const barRoom = 40;

/** Cause above effect: the success rate over the time of a run, and below it the faults of each moment. */
@Component({
  selector: 'oqx-chaos-strip',
  template: `
    <figure>
      <div class="plot rate">
        <span class="axis" aria-hidden="true"
          ><span>100 %</span><span>{{ share(points().floor) }}</span></span
        >
        <svg preserveAspectRatio="none" role="img" [attr.viewBox]="'0 0 ' + width + ' ' + top" [attr.aria-label]="summary()">
          <path class="grid" [attr.d]="'M0 .5H' + width + 'M0 ' + top / 2 + 'H' + width + 'M0 ' + (top - 0.5) + 'H' + width" />
          <path class="line" [attr.d]="line()" />
        </svg>
      </div>
      <div class="plot faults">
        <span class="axis" aria-hidden="true"
          ><span>{{ points().mostFaults === 0 ? '' : count(points().mostFaults) }}</span
          ><span i18n>faults</span></span
        >
        <svg preserveAspectRatio="none" aria-hidden="true" [attr.viewBox]="'0 0 ' + width + ' ' + barRoom">
          @for (bar of bars(); track bar.x) {
            <rect [attr.x]="bar.x" [attr.y]="bar.y" [attr.width]="bar.width" [attr.height]="bar.height" />
          }
        </svg>
      </div>
      <figcaption class="meta">
        <span>{{ clock(from()) }}</span>
        <span>{{ clock(to()) }}</span>
      </figcaption>
    </figure>
  `,
  styles: `
    .plot {
      display: grid;
      grid-template-columns: 56px minmax(0, 1fr);
      gap: 8px;
    }
    .rate {
      height: 140px;
    }
    .faults {
      height: 48px;
      margin-top: 12px;
    }
    svg {
      display: block;
      width: 100%;
      height: 100%;
    }
    .axis {
      display: flex;
      flex-direction: column;
      justify-content: space-between;
      margin: -7px 0;
      font-size: 12px;
      line-height: 16px;
      color: var(--oqx-muted);
      text-align: end;
    }
    .faults .axis {
      margin: 0 0 -2px;
    }
    path {
      fill: none;
      vector-effect: non-scaling-stroke;
    }
    .grid {
      stroke: var(--oqx-border);
    }
    .line {
      stroke: var(--oqx-text);
      stroke-width: 1.5;
    }
    rect {
      fill: var(--oqx-state-retrying);
    }
    figcaption {
      display: flex;
      justify-content: space-between;
      margin: 6px 0 0 64px;
    }
  `,
})
export class ChaosStrip {
  private readonly mode = inject(ChaosMode);
  private readonly zone = inject(TimeZone).zone;
  readonly run = input.required<ChaosRun>();
  protected readonly width = width;
  protected readonly top = top;
  protected readonly barRoom = barRoom;
  protected readonly share = formatShare;
  protected readonly count = formatCount;
  protected readonly from = computed(() => Date.parse(this.run().startedAt));
  protected readonly to = computed(() => Date.parse(this.run().endedAt ?? this.run().endsAt));
  protected readonly points = computed(() => stripPoints(this.mode.samples(), this.from(), this.to(), parts));
  protected readonly line = computed(() => {
    const { line, floor } = this.points();
    const y = (rate: number): number => ((1 - rate) / (1 - floor || 1)) * (top - 1) + 0.5;
    return line.map(({ x, rate }, at) => `${at === 0 ? 'M' : 'L'}${(x * width).toFixed(1)} ${y(rate).toFixed(2)}`).join('');
  });
  protected readonly bars = computed(() => {
    const { bars, mostFaults } = this.points();
    const room = width / parts;
    return bars.flatMap((faults, at) => {
      if (faults === 0) return [];
      const height = Math.max(3, (faults / mostFaults) * barRoom);
      return [{ x: at * room + 1.5, y: barRoom - height, width: room - 3, height }];
    });
  });
  protected readonly summary = computed(() => {
    const last = this.points().line.at(-1);
    const faults = formatCount(this.points().bars.reduce((sum, each) => sum + each, 0));
    return last === undefined
      ? $localize`Success rate: nothing has ended yet; ${faults}:count: faults seen.`
      : $localize`Success rate ${formatShare(last.rate)}:share: now; ${faults}:count: faults seen.`;
  });

  protected clock(at: number): string {
    return formatClockMs(at, this.zone()).slice(0, 8);
  }
}
