import { addClock, type Clock, type ClockKind, dropEarliest } from './clock-heap.js';
import type { InstanceState } from './instance-state.js';
import { undoStage } from './undo-run.js';

/** The earliest clock that still means something. Outdated ones are dropped on the way: that changes no fact. */
export function earliestClock(state: InstanceState): Clock | undefined {
  while (state.clocks !== undefined) {
    if (isCurrent(state, state.clocks.clock)) return state.clocks.clock;
    state.clocks = dropEarliest(state.clocks);
  }
  return undefined;
}

/**
 * When the instance must be looked at by itself, epoch ms; undefined = only a message can move it.
 * An unfinished fan-out is due at once.
 */
export function nextDueAt(state: InstanceState): number | undefined {
  if (state.ready.size > 0 && state.pausedAt === undefined) return 0;
  if (state.status === 'compensating' && undoStage(state.undone!) === 'start') return 0;
  return earliestClock(state)?.dueAt;
}

function isCurrent(state: InstanceState, clock: Clock): boolean {
  if (clock.kind === 'instanceTimeout')
    return state.timeoutAt === clock.dueAt && !state.isOverdue && state.closing === undefined && state.endedAt === undefined;
  const step = state.step(clock.path);
  switch (clock.kind) {
    case 'retry':
      return step.status === 'retrying' && step.dueAt === clock.dueAt;
    case 'queueTimeout':
      return step.status === 'scheduled' && step.queueTimeoutAt === clock.dueAt;
    case 'totalTimeout':
      return (
        (step.status === 'scheduled' || step.status === 'running' || step.status === 'retrying' || step.status === 'waiting') &&
        step.totalTimeoutAt === clock.dueAt
      );
    case 'timer':
      return step.status === 'waiting' && step.dueAt === clock.dueAt;
    case 'delay':
      return step.block?.isDelayed === true && step.dueAt === clock.dueAt;
    case 'timeout':
      return (
        (step.status === 'waiting' || step.status === 'running') &&
        step.timeoutAt === clock.dueAt &&
        step.block?.closing === undefined
      );
    case 'grace':
      return step.status === 'cancelling' && step.graceUntil === clock.dueAt;
  }
}

export function startClock(state: InstanceState, kind: ClockKind, path: string, dueAt: number | undefined): void {
  if (dueAt !== undefined) state.clocks = addClock(state.clocks, { dueAt, kind, path });
}
