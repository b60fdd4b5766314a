import { Component, computed, inject, input } from '@angular/core';
import { TimeZone } from '../../core/time/time-zone';
import { formatExact, formatZoned } from '../../ui/format';
import { withoutRepeatedDays } from './repeated-days';

/** Points in time in the zone of a schedule, and below them in that of the reader where the two differ. */
@Component({
  selector: 'oqx-zoned-times',
  host: { '[class.column]': 'isColumn()' },
  template: `
    <ol>
      @for (row of rows(); track row.at) {
        <li>
          <time [attr.datetime]="row.iso" [title]="row.exact">{{ row.theirs }}</time>
          @if (row.mine !== row.theirs) {
            <span class="muted">{{ row.mine }}</span>
          }
        </li>
      }
    </ol>
  `,
  styles: `
    ol {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 16px;
    }
    :host(.column) ol {
      flex-direction: column;
    }
    li {
      display: flex;
      flex-direction: column;
    }
    :host(.column) li {
      flex-direction: row;
      flex-wrap: wrap;
      justify-content: space-between;
      gap: 0 16px;
    }
    li > * {
      white-space: nowrap;
    }
    .muted {
      font-size: 12px;
      line-height: 16px;
    }
    :host(.column) .muted {
      line-height: 20px;
    }
  `,
})
export class ZonedTimes {
  private readonly zone = inject(TimeZone).zone;
  /** ISO 8601. */
  readonly times = input.required<readonly string[]>();
  readonly timeZone = input.required<string>();
  /** One below the other, each with its day; else side by side. */
  readonly isColumn = input(false);
  /** Says how far each is from UTC. */
  readonly withOffset = input(false);
  protected readonly rows = computed(() => {
    const own = this.zone() === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;
    const all = this.times().map((iso) => Date.parse(iso));
    const style = { withOffset: this.withOffset(), withSeconds: all.some((at) => at % 60_000 !== 0) };
    const textsIn = (zone: string): string[] => {
      const texts = all.map((at, index) => formatZoned(at, zone, style) ?? this.times()[index]!);
      return this.isColumn() ? texts : withoutRepeatedDays(texts);
    };
    const [theirs, mine] = [textsIn(this.timeZone()), textsIn(own)];
    return all.map((at, index) => ({
      ...{ at, iso: this.times()[index]!, theirs: theirs[index]!, mine: mine[index]! },
      exact: formatExact(at, this.zone()),
    }));
  });
}
