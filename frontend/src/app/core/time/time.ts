import { Component, computed, inject, input } from '@angular/core';
import { formatAgo, formatClockMs, formatDuration, formatExact, formatTicking, formatTime } from '../../ui/format';
import { ServerClock } from './server-clock';
import { TimeZone } from './time-zone';

type Instant = string | number | null | undefined;
export const toMs = (at: Instant): number | undefined => (typeof at === 'string' ? Date.parse(at) : (at ?? undefined));

/** A point in time in the chosen zone; exact on hover. `form`: clock, clock with milliseconds, or relative under 24 h. */
@Component({
  selector: 'oqx-time',
  template: `@if (ms() !== undefined) {
    <time [attr.datetime]="iso()" [title]="exact()">{{ text() }}</time>
  }`,
})
export class Time {
  private readonly clock = inject(ServerClock);
  private readonly zone = inject(TimeZone).zone;
  readonly at = input.required<Instant>();
  readonly form = input<'clock' | 'ms' | 'ago'>('clock');
  protected readonly ms = computed(() => toMs(this.at()));
  protected readonly iso = computed(() => new Date(this.ms() ?? 0).toISOString());
  protected readonly exact = computed(() => formatExact(this.ms() ?? 0, this.zone()));
  protected readonly text = computed(() => {
    const at = this.ms() ?? 0;
    if (this.form() === 'ms') return formatClockMs(at, this.zone());
    const now = this.clock.now();
    return this.form() === 'ago' && now - at < 86_400_000 ? formatAgo(at, now) : formatTime(at, now, this.zone());
  });
}

/** From one point to another; ticks while there is no end. */
@Component({ selector: 'oqx-duration', template: `{{ text() }}` })
export class Duration {
  private readonly clock = inject(ServerClock);
  readonly from = input.required<Instant>();
  readonly to = input<Instant>();
  protected readonly text = computed(() => {
    const from = toMs(this.from());
    if (from === undefined) return '';
    const to = toMs(this.to());
    return to === undefined ? formatTicking(Math.max(0, this.clock.now() - from)) : formatDuration(to - from);
  });
}
