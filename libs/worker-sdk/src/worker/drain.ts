import type { WorkerCore } from './worker-core.js';
import type { Clock } from './clock.js';

/** Time for handlers to obey the abort at the end of the grace, ms. */
const obeyMs = 1_000;
/** Time for the broker to confirm the last completions, ms. */
const confirmMs = 2_000;

export interface DrainReport {
  /** Handlers that had to be left running. */
  readonly abandoned: number;
  /** Items the broker did not confirm in time; their deliveries were not acknowledged, so they are sent again. */
  readonly unconfirmed: number;
}

/**
 * Empties a worker that takes no more deliveries: hands back what has not begun, lets the rest end within the grace, then aborts it, and waits until the broker has
 * everything. Whatever it cannot finish stays unacknowledged, so nothing is lost.
 * @param graceMs for running handlers; at most 3 s more pass
 */
export async function drain(core: WorkerCore, clock: Clock, graceMs: number): Promise<DrainReport> {
  core.intake.isDraining = true;
  core.lanes.shut();
  core.patience.stop();
  handBackWhatWaits(core);
  await within(clock, graceMs, core.lanes.idle());
  for (const attempt of core.inPhase('running')) attempt.abort('shutdown');
  await within(clock, obeyMs, core.lanes.idle());
  const stubborn = core.inPhase('running');
  for (const attempt of stubborn) core.runner.abandon(attempt);
  core.progress.stop();
  await within(clock, confirmMs, core.sender.idle());
  return { abandoned: stubborn.length, unconfirmed: core.sender.outstanding };
}

/** What has not begun is for others. */
export function handBackWhatWaits(core: WorkerCore): void {
  for (const attempt of core.inPhase('waiting')) core.ends.handBack(attempt);
  for (const attempt of core.inPhase('claiming')) {
    attempt.callOff?.();
    core.ends.handBack(attempt);
    core.lanes.release(attempt);
  }
}

/** Resolves when `done` does, or after `ms`. */
function within(clock: Clock, ms: number, done: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const callOff = clock.after(ms, resolve);
    void done.then(() => {
      callOff();
      resolve();
    });
  });
}
