import { rebuildClocks } from './clocks.js';
import type { InstanceState } from './instance-state.js';
import type { StepState } from './step-state.js';

/**
 * Relative clocks (sleep `for`, delays, time-outs) stand still while an instance is paused, absolute ones (sleep `until`) do not, nor does the
 * grace of a worker that was told to stop. While it is paused the times in its steps are those at which it was paused.
 */
export function resumeClocks(state: InstanceState, pausedMs: number): void {
  state.pausedAt = undefined;
  state.isPausedWithDefinition = false;
  if (state.timeoutAt !== undefined) state.timeoutAt += pausedMs;
  for (const path of [...state.open.keys()]) state.steps.set(path, shifted(state.step(path), pausedMs));
  rebuildClocks(state);
}

function shifted(step: StepState, pausedMs: number): StepState {
  const isAbsolute = step.wait?.kind === 'timer' && step.wait.isAbsolute === true;
  const later = <K extends keyof StepState>(name: K): object => {
    const at = step[name];
    return typeof at === 'number' ? { [name]: at + pausedMs } : {};
  };
  return {
    ...step,
    ...(!isAbsolute && later('dueAt')),
    ...later('queueTimeoutAt'),
    ...later('totalTimeoutAt'),
    ...later('timeoutAt'),
    ...later('firstScheduledAt'), // `retry.within` counts from it
  };
}
