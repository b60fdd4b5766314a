import { addClock, type Clock, type ClockKind, dropEarliest } from './clock-heap.js';
import type { InstanceState } from './instance-state.js';
import { isHeldBack } from './held-back.js';
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
  if (state.ready.size > 0 && !isHeldBack(state)) return 0;
  if (state.status === 'compensating' && undoStage(state.undone!) === 'start') return 0;
  return earliestClock(state)?.dueAt;
}

function isCurrent(state: InstanceState, clock: Clock): boolean {
  if (state.pausedAt !== undefined && !runsWhilePaused(state, clock)) return false;
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

/** The others stand still; they are started anew when it is resumed. */
function runsWhilePaused(state: InstanceState, { kind, path }: Clock): boolean {
  if (kind === 'grace') return true;
  const { wait } = state.step(path);
  return kind === 'timer' && wait?.kind === 'timer' && wait.isAbsolute === true;
}

export function startClock(state: InstanceState, kind: ClockKind, path: string, dueAt: number | undefined): void {
  if (dueAt !== undefined) state.clocks = addClock(state.clocks, { dueAt, kind, path });
}

/** All clocks from the times the steps hold: O(open). */
export function rebuildClocks(state: InstanceState): void {
  state.clocks = undefined;
  startClock(state, 'instanceTimeout', '', state.timeoutAt);
  for (const path of state.open.keys()) {
    const { status, block, dueAt, queueTimeoutAt, totalTimeoutAt, graceUntil, timeoutAt } = state.step(path);
    startClock(state, block !== undefined ? 'delay' : status === 'waiting' ? 'timer' : 'retry', path, dueAt);
    startClock(state, 'queueTimeout', path, queueTimeoutAt);
    startClock(state, 'totalTimeout', path, totalTimeoutAt);
    startClock(state, 'grace', path, graceUntil);
    startClock(state, 'timeout', path, timeoutAt);
  }
}
