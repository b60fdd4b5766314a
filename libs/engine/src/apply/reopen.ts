import { canonicalJson } from '../json/canonical.js';
import { isStepEnded } from '../model/lifecycle.js';
import type { Plan, PlanScope } from '../model/plan.js';
import type { InstanceState } from '../state/instance-state.js';
import { type StepState, untouchedStep } from '../state/step-state.js';
import { begunKeys } from '../state/scopes.js';
import { bodyOf, type Site, siteIn } from '../state/site.js';
import { earliestBad, endsOk, isBadForScope, openStep } from './end-step.js';
import { pushIfActionable, pushIfDecided } from './ready.js';
import { openBlock, type Reopening } from './reopen-block.js';
import { settleScope } from './scope-end.js';
import { startClock } from '../state/clocks.js';

/**
 * Makes what ended badly in a list pending again and takes back what its end had been counted for. What was absorbed (`allowFailure`,
 * `cancelRest`) stays as it is: others went on with it. A failed block opens again around its failed parts and keeps its completed ones;
 * what was blocked behind a step of these is pending with it.
 */
export function reopenScope(reopening: Reopening, scope: PlanScope, scopePath: string): void {
  const { plan, state } = reopening;
  const { result, isStopped, isTimedOut: _isTimedOut, ...own } = state.scope(scopePath);
  state.scopes.set(scopePath, own);
  const wasStopped = isStopped === true || (scopePath === '' ? reopening.wasStopped : result !== undefined);
  const sites = scope.steps.map((step) => siteIn(scope, scopePath, step));
  const stack = sites.filter((site) => isToReopen(reopening, site, wasStopped));
  for (let site = stack.pop(); site !== undefined; site = stack.pop()) {
    if (!isStepEnded(state.step(site.path).status)) {
      reopenBlock(reopening, site); // it is open, and so is all around it: the step is somewhere inside
      continue;
    }
    uncount(state, site);
    reopenStep(reopening, site);
    stack.push(...dependentsOf(site).filter(({ path }) => state.step(path).status === 'blocked'));
  }
  forgetFirstBad(state, scope, scopePath);
  wake(plan, state, scope, scopePath);
  settleScope(plan, state, scope, scopePath);
}

/** Lets a list go on. What waited to be decided upon is looked at anew: needs may be open again. */
export function wake(plan: Plan, state: InstanceState, scope: PlanScope, scopePath: string): void {
  for (const step of scope.steps) {
    const site = siteIn(scope, scopePath, step);
    const own = state.steps.get(site.path);
    if ((own ?? untouchedStep).status === 'pending') {
      if (own?.readyNo !== undefined) state.steps.set(site.path, { ...own, readyNo: undefined });
      pushIfDecided(state, site);
    } else if (own?.block !== undefined && state.open.get(site.path)) wakeBlock(plan, state, site);
  }
}

export function wakeBlock(plan: Plan, state: InstanceState, site: Site): void {
  for (const key of begunKeys(site.step, state.step(site.path).block!, site.path, state)) {
    const body = `${site.path}/${key}`;
    if (state.scope(body).result === undefined) wake(plan, state, bodyOf(site.step, key)!, body);
  }
  pushIfActionable(plan, state, site);
}

/** A block and those of its parts that ended badly, or that hold the step. */
function reopenBlock(reopening: Reopening, site: Site): void {
  for (const { scope, path, focus } of openBlock(reopening, site)) reopenScope({ ...reopening, focus }, scope, path);
  pushIfActionable(reopening.plan, reopening.state, site);
}

function isToReopen({ state, focus }: Reopening, { step, path }: Site, wasStopped: boolean): boolean {
  const own = state.step(path);
  if (focus === undefined) return isBadForScope(step, own);
  if (focus === path || focus.startsWith(`${path}/`)) return true;
  return wasStopped && own.status === 'cancelled' && isBadForScope(step, own);
}

const dependentsOf = ({ step, scope, scopePath }: Site): Site[] =>
  step.dependents.map((index) => siteIn(scope, scopePath, scope.steps[index]!));

/** Its end no longer counts, neither for its list nor for the joins behind it. */
function uncount(state: InstanceState, site: Site): void {
  const { step, path, scopePath } = site;
  const own = state.step(path);
  const scope = state.scope(scopePath);
  state.scopes.set(scopePath, { ...scope, ended: scope.ended - 1, bad: scope.bad - (isBadForScope(step, own) ? 1 : 0) });
  const ok = endsOk(own.status, step) ? 1 : 0;
  for (const dependent of dependentsOf(site)) {
    const before = state.step(dependent.path);
    state.steps.set(dependent.path, { ...before, needsOk: before.needsOk - ok, needsEnded: before.needsEnded - 1 });
  }
}

function forgetFirstBad(state: InstanceState, scope: PlanScope, scopePath: string): void {
  const { firstBad: _former, spared: _spared, ...own } = state.scope(scopePath);
  const firstBad = own.bad > 0 ? earliestBad(state, scope, scopePath) : undefined;
  state.scopes.set(scopePath, { ...own, ...(firstBad !== undefined && { firstBad, spared: own.bad }) });
}

function reopenStep(reopening: Reopening, site: Site): void {
  const { state } = reopening;
  const own = state.step(site.path);
  // A lock that is skipped would wait for its grant first, and hold what is in it meanwhile.
  const isSkippedLock = reopening.isSkipped === true && site.step.type === 'lock' && site.path === reopening.focus;
  if (own.block !== undefined && !isSkippedLock) reopenBlock(reopening, site);
  else if (goesOnAsTheSameChild(own)) reopenChild(reopening, site, own);
  else state.steps.set(site.path, pendingAgain(own));
}

/** As if never touched, but for what must outlive a retry: attempt numbers go on, with a fresh budget. */
export function pendingAgain({ needsOk, needsEnded, attempt, reruns, editedInput }: StepState): StepState {
  return {
    ...untouchedStep,
    needsOk,
    needsEnded,
    attempt,
    ...(attempt > 0 && { attemptsBefore: attempt }),
    ...(reruns !== undefined && { reruns }),
    ...(editedInput !== undefined && { editedInput }),
  };
}

/**
 * A child that failed is retried itself; one that was cancelled, undone, never came or had another input is replaced, and one that was joined
 * is joined anew.
 */
function goesOnAsTheSameChild({ wait, error, editedInput }: StepState): boolean {
  if (wait?.kind !== 'child' || wait.attached) return false;
  if (editedInput !== undefined && canonicalJson(editedInput) !== canonicalJson(wait.input)) return false;
  const details = error?.code === 'CHILD_FAILED' ? error.details : undefined;
  const status = details !== null && typeof details === 'object' && !Array.isArray(details) ? details?.['status'] : undefined;
  return status === 'failed' || status === 'timed_out';
}

function reopenChild({ state, at }: Reopening, site: Site, own: StepState): void {
  const { endedSeq: _endedSeq, error: _error, isAbsorbed: _isAbsorbed, timeoutAt: _timeoutAt, ...kept } = own;
  const timeoutAt = own.timeoutMs === undefined ? undefined : at + own.timeoutMs;
  state.steps.set(site.path, {
    ...kept,
    status: 'waiting',
    startSeq: state.seq,
    attemptsBefore: own.attempt - 1, // the child that goes on is the first of the fresh budget
    ...(timeoutAt !== undefined && { timeoutAt }),
  });
  openStep(state, site);
  startClock(state, 'timeout', site.path, timeoutAt);
}
