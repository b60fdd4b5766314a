import type { AuditEvent } from '../model/audit-event.js';
import type { UndoFailure, UndoPlan } from '../model/audit-event.js';
import type { StepStatus } from '../model/lifecycle.js';
import type { Plan } from '../model/plan.js';
import type { InstanceState } from '../state/instance-state.js';
import type { StepState } from '../state/step-state.js';
import type { UndoRun } from '../state/block-state.js';
import { type Site, siteAt } from '../state/site.js';
import { undoerOf, undonePathOf } from '../state/undo-run.js';
import { pushIfActionable } from './ready.js';

/** Something completed that can be undone enters the list. */
export function rememberUndo(state: InstanceState, path: string, seq: number, plan: UndoPlan | undefined): void {
  if (plan !== undefined) state.undo.set(path, { plan, seq });
}

/** Applies what a step tells about undoing. @returns false when the event is of another kind */
export function applyUndoEvent(plan: Plan, state: InstanceState, site: Site, event: AuditEvent): boolean {
  const { path } = site;
  switch (event.type) {
    case 'blockCompensating': {
      const { timeoutAt: _timeoutAt, ...own } = state.step(path); // its body has been left
      state.steps.set(path, { ...own, block: { ...own.block!, undoing: newRun(plan, event.data.paths) } });
      pushIfActionable(plan, state, site);
      return true;
    }
    case 'childCompensating':
      state.open.set(path, true);
      mark(state, path, 'compensating');
      advance(plan, state, path, (run) => ({ ...run, begun: run.begun + 1 }));
      return true;
    case 'childCompensated': {
      const { failures = [] } = event.data;
      state.open.delete(path);
      const first = failures[0];
      endUndoOf(
        plan,
        state,
        path,
        first && { path, code: first.code, message: `in the child, at ${first.path}: ${first.message}` },
      );
      return true;
    }
    default:
      return false;
  }
}

export function applyInstanceCompensating(
  plan: Plan,
  state: InstanceState,
  data: { cause: NonNullable<InstanceState['closing']>; paths: string[] },
): void {
  state.closing = data.cause;
  state.status = 'compensating';
  state.endedAt = undefined;
  state.undone = { ...newRun(plan, data.paths), cause: data.cause };
}

const newRun = ({ compensation }: Plan, paths: readonly string[]): UndoRun => ({
  paths,
  order: compensation.order,
  stopsOnFailure: compensation.onFailure === 'stop',
  begun: 0,
  ended: 0,
  failures: [],
});

/** A step that undoes another has been scheduled for the first time. */
export function beginUndo(plan: Plan, state: InstanceState, undoPath: string): void {
  const path = undonePathOf(undoPath);
  if (state.steps.get(path) !== undefined) mark(state, path, 'compensating');
  advance(plan, state, path, (run) => ({ ...run, begun: run.begun + 1 }));
}

/** It has ended. @param wasBegun false: it failed before it could be scheduled */
export function endUndo(plan: Plan, state: InstanceState, undoPath: string, ended: StepState, wasBegun: boolean): void {
  const path = undonePathOf(undoPath);
  if (!wasBegun) beginUndo(plan, state, undoPath);
  const { code, message } = ended.error ?? { code: 'CANCELLED', message: 'the step that undoes it was cancelled' };
  endUndoOf(plan, state, path, ended.status === 'completed' ? undefined : { path, code, message });
}

/** What could not be undone stays in the list: the instance tries it again when it compensates. */
function endUndoOf(plan: Plan, state: InstanceState, path: string, failure: UndoFailure | undefined): void {
  if (failure === undefined) state.undo.delete(path);
  const own = state.steps.get(path);
  if (own?.endedSeq !== undefined) mark(state, path, failure === undefined ? 'compensated' : (own.beforeUndo ?? 'completed'));
  else if (own !== undefined) state.steps.delete(path); // forgotten with its list, and known only while its child undid itself
  advance(plan, state, path, (run) => ({
    ...run,
    ended: run.ended + 1,
    failures: failure === undefined ? run.failures : [...run.failures, failure],
  }));
}

/** Should it ever run again, that is another deed than the one that was undone: it gets another idempotency key. */
function mark(state: InstanceState, path: string, status: StepStatus): void {
  const { beforeUndo: _former, ...own } = state.step(path);
  state.steps.set(path, {
    ...own,
    status,
    ...(status === 'compensating' && { beforeUndo: own.status }),
    ...(status === 'compensated' && { reruns: (own.reruns ?? 0) + 1 }),
  });
}

function advance(plan: Plan, state: InstanceState, path: string, change: (run: UndoRun) => UndoRun): void {
  const undoer = undoerOf(plan, state, path);
  if (undoer === '') {
    state.undone = { ...change(state.undone!), cause: state.undone!.cause };
    return;
  }
  const own = state.step(undoer);
  state.steps.set(undoer, { ...own, block: { ...own.block!, undoing: change(own.block!.undoing!) } });
  pushIfActionable(plan, state, siteAt(plan, undoer)!);
}
