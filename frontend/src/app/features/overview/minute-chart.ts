import { afterNextRender, Component, computed, DestroyRef, ElementRef, inject, input, output, signal } from '@angular/core';
import { formatCount, formatMinute } from '../../ui/format';
import { TimeZone } from '../../core/time/time-zone';
import { axisTop, type MinuteBar } from './overview';

const plot = { left: 44, top: 6, base: 150, failedTop: 158, failedHeight: 26 } as const;
/** Room for times below the bars, in px of bars each. */
const pxPerMark = 130;

/** What finished and failed in each minute, on one time axis; the same as a table for who wants to read it. */
@Component({
  selector: 'oqx-minute-chart',
  templateUrl: './minute-chart.html',
  styleUrl: './minute-chart.css',
})
export class MinuteChart {
  private readonly zone = inject(TimeZone).zone;
  readonly bars = input.required<readonly MinuteBar[]>();
  readonly isTable = input(false);
  /** A minute was chosen. */
  readonly opened = output<MinuteBar>();
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  protected readonly plot = plot;
  /** As wide as there is room, so that text keeps its size. */
  protected readonly width = signal(690);
  protected readonly plotWidth = computed(() => Math.max(120, this.width() - plot.left - 6));
  protected readonly hovered = signal<number | undefined>(undefined);
  protected readonly top = computed(() => axisTop(Math.max(0, ...this.bars().map(({ completed }) => completed))));
  protected readonly failedTop = computed(() => axisTop(Math.max(0, ...this.bars().map(({ failed }) => failed))));
  protected readonly shapes = computed(() => {
    const bars = this.bars();
    const slot = this.plotWidth() / Math.max(1, bars.length);
    return bars.map((bar, index) => ({
      bar,
      x: plot.left + index * slot,
      slot,
      width: slot * 0.84,
      height: (bar.completed / this.top()) * (plot.base - plot.top),
      failed: bar.failed === 0 ? 0 : Math.max(2, (bar.failed / this.failedTop()) * plot.failedHeight),
      label: this.describe(bar),
    }));
  });
  protected readonly marks = computed(() => {
    const bars = this.bars();
    const last = bars.length - 1;
    const count = Math.max(1, Math.min(4, Math.floor(this.plotWidth() / pxPerMark)));
    return Array.from({ length: count + 1 }, (_, step) => Math.round((step * last) / count)).flatMap((index) => {
      const bar = bars[index];
      const [share, anchor] = index === 0 ? [0, 'start'] : index === last ? [1, 'end'] : [(index + 0.5) / bars.length, 'middle'];
      return bar ? [{ x: plot.left + share * this.plotWidth(), anchor, text: formatMinute(bar.at, this.zone()) }] : [];
    });
  });
  protected readonly filled = computed(() =>
    this.bars()
      .filter(({ completed, failed }) => completed + failed > 0)
      .reverse(),
  );
  protected readonly summary = computed(() => {
    const sum = (pick: (bar: MinuteBar) => number): string => formatCount(this.bars().reduce((all, bar) => all + pick(bar), 0));
    return $localize`Last hour: ${sum((bar) => bar.completed)}:completed: completed, ${sum((bar) => bar.failed)}:failed: failed`;
  });
  protected readonly count = formatCount;
  protected minute = (at: number): string => formatMinute(at, this.zone());

  constructor() {
    const destroyed = inject(DestroyRef);
    afterNextRender(() => {
      const observer = new ResizeObserver(([entry]) => this.width.set(Math.round(entry?.contentRect.width ?? 690)));
      observer.observe(this.host.nativeElement);
      destroyed.onDestroy(() => observer.disconnect());
    });
  }

  private describe(bar: MinuteBar): string {
    return $localize`${this.minute(bar.at)}:minute:: ${bar.completed}:completed: completed, ${bar.failed}:failed: failed`;
  }
}
