import { endsOk } from '../../apply/end-step.js';
import { idempotencyKey } from '../../effects/idempotency-key.js';
import type { AuditEvent } from '../../model/audit-event.js';
import { isStepEnded } from '../../model/lifecycle.js';
import type { PlanStep } from '../../model/plan.js';
import type { InstanceState } from '../../state/instance-state.js';
import { joinVerdict } from '../../state/join.js';
import { childPath, type Site, siteAt, UNDO_ID } from '../../state/site.js';
import { isUndoPath } from '../../state/undo-run.js';
import { type Findings, type Invariants, isOf, isStepEnd, isStepStart, twice } from './invariant.js';

/** Numbers the join is decided by, counted anew from what its needs are. */
function countNeeds(state: InstanceState, { step, scope, scopePath }: Site): { needsOk: number; needsEnded: number } {
  const needs = step.needs.map((index) => scope.steps[index]!);
  const statusOf = (need: PlanStep) => state.step(childPath(scopePath, need.id)).status;
  return {
    needsOk: needs.filter((need) => endsOk(statusOf(need), need)).length,
    needsEnded: needs.filter((need) => isStepEnded(statusOf(need))).length,
  };
}

/** A child that goes on after a retry ends once more; a worker's attempt never does. */
const resultOf = ({ plan }: { plan: Parameters<typeof siteAt>[0] }, { data, path, generation }: AuditEvent): string[] => {
  const { token } = data as { token?: number };
  if (token === undefined) return [];
  return [siteAt(plan, path!)!.step.type === 'workflow' ? `${token} in ${generation}` : String(token)];
};

function firedEarly(history: readonly AuditEvent[]): Findings {
  const dueAt = new Map<string, number>();
  return history.filter((event) => {
    const { path = '', at } = event;
    const due = dueAt.get(path);
    const isByItself = isOf(event, 'stepCompleted') && event.data.by === undefined;
    const fires = isByItself || isOf(event, 'stepScheduled', 'childRequested', 'scopesOpened');
    if (isOf(event, 'timerStarted', 'stepRetryScheduled', 'roundDelayed', 'stepRetried')) dueAt.set(path, event.data.dueAt);
    else if (isStepEnd(event) || isStepStart(event) || isOf(event, 'scopesOpened')) dueAt.delete(path);
    return fires && due !== undefined && at < due;
  });
}

function begunWhilePaused(history: readonly AuditEvent[]): Findings {
  let isPaused = false;
  return history.filter((event) => {
    if (isOf(event, 'instancePaused')) isPaused = true;
    if (isOf(event, 'instanceResumed', 'instanceClosing')) isPaused = false;
    return isPaused && (isStepStart(event) || isOf(event, 'stepsDispatched', 'scopesOpened'));
  });
}

export const ofSteps: Invariants = {
  'ends each step at most once a generation': ({ history }) => {
    const ends = history.filter((event) => isStepEnd(event) && !isUndoPath(event.path!)); // what a try could not undo the instance tries again
    return twice(ends.map(({ generation, path }) => `${generation}:${path}`));
  },

  'begins each step at most once a generation, each attempt at most once': ({ history }) => {
    const begun = history.filter((event) => isStepStart(event) && !isUndoPath(event.path!));
    return twice(begun.map(({ generation, path, attempt }) => `${generation}:${path}#${attempt ?? ''}`));
  },

  'applies at most one result of each attempt': (shell) => {
    const ended = shell.history.filter((event) => isStepEnd(event) || isOf(event, 'stepRetryScheduled'));
    return twice(ended.flatMap((event) => resultOf(shell, event)));
  },

  'gives each command an identity of its own': () => {
    const identities: string[] = [];
    const after = (event: AuditEvent, state: InstanceState): void => {
      if (isOf(event, 'stepScheduled') && !isUndoPath(event.path!))
        identities.push(`${idempotencyKey(state, event.path!)}#${event.attempt}`);
    };
    return { after, findings: () => twice(identities) };
  },

  'sends no command that the log does not hold': ({ commands, history }) => {
    const scheduled = new Set(history.filter(({ type }) => type === 'stepScheduled').map(({ seq, path }) => `${seq}:${path}`));
    return commands.filter(({ token, path }) => !scheduled.has(`${token}:${path}`));
  },

  'begins no step before its join allows it': ({ plan }) => {
    const early: string[] = [];
    const before = (event: AuditEvent, state: InstanceState): void => {
      const begins = isStepStart(event) || isOf(event, 'stepCompleted', 'stepFailed');
      const site = begins && event.path !== undefined ? siteAt(plan, event.path) : undefined;
      if (site === undefined || site.step.id === UNDO_ID || state.step(site.path).status !== 'pending') return;
      const isByHand = isOf(event, 'stepCompleted') && event.data.by !== undefined;
      const isLockAgain = state.step(site.path).block !== undefined;
      if (!isByHand && !isLockAgain && joinVerdict(site.step, countNeeds(state, site)) !== 'run') early.push(site.path);
    };
    return { before, findings: () => early };
  },

  'fires no clock before its time': ({ history }) => firedEarly(history),

  'begins nothing while it is paused': ({ history }) => begunWhilePaused(history),

  'leaves nothing open in a block that has ended': () => {
    const left: string[] = [];
    const after = (event: AuditEvent, state: InstanceState): void => {
      if (!isStepEnd(event)) return;
      for (const path of state.open.keys()) if (path.startsWith(`${event.path}/`)) left.push(path);
    };
    return { after, findings: () => left };
  },
};
