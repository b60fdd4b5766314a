import { endsOk } from '../../apply/end-step.js';
import { idempotencyKey } from '../../effects/idempotency-key.js';
import { isStepEnded } from '../../model/lifecycle.js';
import type { PlanStep } from '../../model/plan.js';
import type { InstanceState } from '../../state/instance-state.js';
import { joinVerdict } from '../../state/join.js';
import { childPath, type Site, siteAt, UNDO_ID } from '../../state/site.js';
import { isUndoPath } from '../../state/undo-run.js';
import { expectUnique, type Invariants, isOf, isStepEnd, isStepStart, walk } from './invariant.js';

/** Numbers the join is decided by, counted anew from what its needs are. */
function countNeeds(state: InstanceState, { step, scope, scopePath }: Site): { needsOk: number; needsEnded: number } {
  const needs = step.needs.map((index) => scope.steps[index]!);
  const statusOf = (need: PlanStep) => state.step(childPath(scopePath, need.id)).status;
  return {
    needsOk: needs.filter((need) => endsOk(statusOf(need), need)).length,
    needsEnded: needs.filter((need) => isStepEnded(statusOf(need))).length,
  };
}

export const ofSteps: Invariants = {
  'ends each step at most once a generation': ({ history }) => {
    const ends = history.filter((event) => isStepEnd(event) && !isUndoPath(event.path!)); // what a try could not undo the instance tries again
    expectUnique(ends.map(({ generation, path }) => `${generation}:${path}`));
  },

  'begins each step at most once a generation, each attempt at most once': ({ history }) => {
    const begun = history.filter((event) => isStepStart(event) && !isUndoPath(event.path!));
    expectUnique(begun.map(({ generation, path, attempt }) => `${generation}:${path}#${attempt ?? ''}`));
  },

  'applies at most one result of each attempt': ({ history, plan }) => {
    const ended = history.filter((event) => isStepEnd(event) || isOf(event, 'stepRetryScheduled'));
    const tokens = ended.flatMap(({ data, path, generation }) => {
      const { token } = data as { token?: number };
      if (token === undefined) return [];
      const isChild = siteAt(plan, path!)!.step.type === 'workflow'; // a child that goes on after a retry ends once more
      return [isChild ? `${token} in ${generation}` : String(token)];
    });
    expectUnique(tokens);
  },

  'gives each command an identity of its own': (shell) => {
    const identities: string[] = [];
    walk(
      shell,
      () => undefined,
      (event, state) => {
        if (isOf(event, 'stepScheduled')) identities.push(`${idempotencyKey(state, event.path!)}#${event.attempt}`);
      },
    );
    expectUnique(identities.filter((identity) => !identity.includes(UNDO_ID)));
  },

  'sends no command that the log does not hold': ({ commands, history }) => {
    const scheduled = new Set(history.filter(({ type }) => type === 'stepScheduled').map(({ seq, path }) => `${seq}:${path}`));
    for (const { token, path } of commands) expect(scheduled).toContain(`${token}:${path}`);
  },

  'begins no step before its join allows it': (shell) => {
    walk(shell, (event, state) => {
      const begins = isStepStart(event) || isOf(event, 'stepCompleted', 'stepFailed');
      const site = begins && event.path !== undefined ? siteAt(shell.plan, event.path) : undefined;
      if (site === undefined || site.step.id === UNDO_ID || state.step(site.path).status !== 'pending') return;
      if (isOf(event, 'stepCompleted') && event.data.by !== undefined) return;
      if (state.step(site.path).block === undefined) expect(joinVerdict(site.step, countNeeds(state, site))).toBe('run');
    });
  },

  'fires no clock before its time': (shell) => {
    const dueAt = new Map<string, number>();
    for (const event of shell.history) {
      const { path = '', at } = event;
      if (isOf(event, 'timerStarted', 'stepRetryScheduled', 'roundDelayed', 'stepRetried')) dueAt.set(path, event.data.dueAt);
      else if (isOf(event, 'stepScheduled', 'childRequested', 'scopesOpened'))
        expect(at).toBeGreaterThanOrEqual(dueAt.get(path) ?? 0);
      if (isOf(event, 'stepCompleted') && event.data.by === undefined) expect(at).toBeGreaterThanOrEqual(dueAt.get(path) ?? 0);
      if (isStepEnd(event) || isStepStart(event) || isOf(event, 'scopesOpened'))
        if (!isOf(event, 'timerStarted')) dueAt.delete(path);
    }
  },

  'begins nothing while it is paused': ({ history }) => {
    let isPaused = false;
    for (const event of history) {
      if (isOf(event, 'instancePaused')) isPaused = true;
      if (isOf(event, 'instanceResumed', 'instanceClosing')) isPaused = false;
      if (isPaused && (isStepStart(event) || isOf(event, 'stepsDispatched', 'scopesOpened'))) expect(event.type).toBe('nothing');
    }
  },

  'leaves nothing open in a block that has ended': (shell) => {
    walk(
      shell,
      () => undefined,
      (event, state) => {
        if (!isStepEnd(event)) return;
        const inside = [...state.open.keys()].filter((path) => path.startsWith(`${event.path}/`));
        expect(inside).toEqual([]);
      },
    );
  },
};
