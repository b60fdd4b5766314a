import type { AuditEvent, InstanceState } from '#libs/engine';
import { laneOf } from './lane-use.js';

const halfLifeMs = 2_000;
const durationWeight = 0.2;

/** Finished attempts per second by lane, and mean handler duration by task, both smoothed: they size windows and envelopes. */
export class LaneMeters {
  private readonly rates = new Map<string, { perSecond: number; count: number; sinceMs: number }>();
  private readonly means = new Map<string, number>();

  note(state: InstanceState, events: readonly AuditEvent[], nowMs: number): void {
    for (const event of events) {
      if (event.type !== 'stepCompleted' && event.type !== 'stepFailed' && event.type !== 'stepRetryScheduled') continue;
      const { queue, task } = state.step(event.path ?? '');
      if (queue === undefined || task === undefined || event.data.token === undefined) continue;
      const lane = laneOf(queue, task);
      const rate = this.rates.get(lane) ?? { perSecond: 0, count: 0, sinceMs: nowMs };
      rate.count += 1;
      this.rates.set(lane, rate);
    }
  }

  noteDuration(task: string, durationMs: number): void {
    const known = this.means.get(task);
    this.means.set(task, known === undefined ? durationMs : known + durationWeight * (durationMs - known));
  }

  meanMs(task: string): number | undefined {
    return this.means.get(task);
  }

  throughput(lane: string, nowMs: number): number {
    const rate = this.rates.get(lane);
    if (rate === undefined) return 0;
    const elapsedMs = nowMs - rate.sinceMs;
    if (elapsedMs >= 100) {
      const kept = 0.5 ** (elapsedMs / halfLifeMs);
      rate.perSecond = rate.perSecond * kept + ((rate.count * 1_000) / elapsedMs) * (1 - kept);
      rate.count = 0;
      rate.sinceMs = nowMs;
    }
    return rate.perSecond;
  }
}
