import type { Attempt } from '../attempts/attempt.js';
import type { AttemptEnds } from '../attempts/attempt-ends.js';
import type { Clock } from '../worker/clock.js';
import type { HeldEnvelope } from './held-envelope.js';

const sweepMs = 50;
/** Items of an envelope that have not begun after this long go back to their owner. */
export const patienceMs = 250;
const patientSweeps = patienceMs / sweepMs;

/**
 * Hands back what does not get its turn: items of an envelope whose first one began 250 ms ago (they wait behind slow ones), and items of an envelope none of
 * which began while nothing of their task has begun for 250 ms. A message with a single command is not meant, waiting costs nobody else; unless it was sent
 * here because there seemed to be room.
 * Time is counted in sweeps, so that a pause of this process is not taken for the slowness of a task.
 */
export class Patience {
  /** Number of the latest sweep. */
  sweep = 0;
  private readonly watched = new Set<HeldEnvelope>();
  private readonly end: () => void;

  constructor(
    clock: Clock,
    private readonly ends: AttemptEnds,
  ) {
    this.end = clock.every(sweepMs, () => this.look());
  }

  watch(envelope: HeldEnvelope): void {
    if ((envelope.size > 1 || envelope.attempts.some(isForRoom)) && envelope.attempts.some(isWaiting)) this.watched.add(envelope);
  }

  /** An attempt leaves the backlog. */
  begun({ envelope, lane }: Attempt): void {
    lane.lastBegunSweep = this.sweep;
    envelope.firstBegunSweep ??= this.sweep;
  }

  stop(): void {
    this.end();
    this.watched.clear();
  }

  private look(): void {
    this.sweep += 1;
    for (const envelope of this.watched) {
      const waiting = envelope.attempts.filter(isWaiting);
      const overdue = waiting.filter((attempt) => this.sweep - this.since(attempt) >= patientSweeps);
      for (const attempt of overdue) this.ends.handBack(attempt);
      if (overdue.length === waiting.length) this.watched.delete(envelope);
    }
  }

  private since({ envelope, lane }: Attempt): number {
    return envelope.firstBegunSweep ?? Math.max(envelope.arrivedSweep, lane.lastBegunSweep);
  }
}

const isForRoom = (attempt: Attempt): boolean => attempt.command.bound === 'room';
const isWaiting = (attempt: Attempt): boolean => attempt.phase === 'waiting';
