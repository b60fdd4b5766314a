import type { AuditEvent } from '../model/audit-event.js';
import type { Plan, PlanScope } from '../model/plan.js';
import { startClock } from '../state/clocks.js';
import type { BlockState } from '../state/block-state.js';
import type { InstanceState } from '../state/instance-state.js';
import type { StepState } from '../state/step-state.js';
import { begunKeys, freshBlock, freshScope, keptRounds } from '../state/scopes.js';
import { bodyOf, ownerPathOf, planScopeAt, type Site, siteIn } from '../state/site.js';
import { openStep } from './end-step.js';
import { pushIfActionable, pushIfDecided } from './ready.js';
import { forgetSteps, settleScope } from './scope-end.js';

/** Applies an event of a block. @returns false when it is of another kind */
export function applyBlockEvent(plan: Plan, state: InstanceState, site: Site, event: AuditEvent): boolean {
  const own = state.step(site.path);
  switch (event.type) {
    case 'blockEntered': {
      const { items, concurrency, taken, tolerated, maxIterations, keep, timeoutAt } = event.data;
      const block: BlockState = {
        ...freshBlock,
        ...(items && { items }),
        ...(concurrency !== undefined && { concurrency }),
        ...(tolerated !== undefined && { tolerated }),
        ...(maxIterations !== undefined && { maxIterations }),
        ...(keep !== undefined && { keep }),
        ...(taken && { taken }),
        ...(site.step.type === 'try' && { phase: 'body' }),
      };
      openStep(state, site);
      state.steps.set(site.path, {
        ...own,
        status: 'running',
        block,
        scheduledAt: event.at,
        ...timeoutFrom(timeoutAt, event.at),
      });
      startClock(state, 'timeout', site.path, timeoutAt);
      pushIfActionable(plan, state, site);
      return true;
    }
    case 'scopesOpened':
      openScopes(plan, state, site, event.data.keys, event.data.error);
      return true;
    case 'roundDelayed':
      state.steps.set(site.path, { ...own, dueAt: event.data.dueAt, block: { ...own.block!, isDelayed: true } });
      startClock(state, 'delay', site.path, event.data.dueAt);
      return true;
    case 'blockClosing': {
      const status = event.data.as === 'cancelled' ? 'cancelling' : own.status;
      const { isDelayed: _delayed, ...block } = own.block!;
      state.steps.set(site.path, { ...own, status, dueAt: undefined, block: { ...block, closing: event.data } });
      for (const key of begunKeys(site.step, block, site.path, state))
        settleScope(plan, state, bodyOf(site.step, key)!, `${site.path}/${key}`);
      pushIfActionable(plan, state, site);
      return true;
    }
    default:
      return false;
  }
}

/** How long it was is kept for a retry by hand, which gives the block as much time again. */
const timeoutFrom = (timeoutAt: number | undefined, at: number): Pick<StepState, 'timeoutAt' | 'timeoutMs'> =>
  timeoutAt === undefined ? {} : { timeoutAt, timeoutMs: timeoutAt - at };

/** `path` of this event is that of a scope. */
export function applyScopeStopped(plan: Plan, state: InstanceState, event: Extract<AuditEvent, { type: 'scopeStopped' }>): void {
  const scopePath = event.path!;
  const isTimedOut = event.data.because === 'timeout';
  if (isTimedOut) spendTimeout(state, ownerPathOf(scopePath));
  state.scopes.set(scopePath, { ...state.scope(scopePath), isStopped: true, ...(isTimedOut && { isTimedOut }) });
  settleScope(plan, state, planScopeAt(plan, scopePath)!, scopePath);
}

/** It bounds the body alone, and has done so. */
function spendTimeout(state: InstanceState, path: string): void {
  const { timeoutAt: _timeoutAt, ...own } = state.step(path);
  state.steps.set(path, own);
}

function openScopes(
  plan: Plan,
  state: InstanceState,
  site: Site,
  keys: readonly string[],
  error: BlockState['error'] | undefined,
): void {
  const { step, path } = site;
  const own = state.step(path);
  const block = own.block!;
  if (step.type === 'repeat') forgetRounds(plan, state, site, block);
  const phase = step.type !== 'try' ? undefined : keys[0] === 'finally' ? 'finally' : keys[0] === 'body' ? 'body' : 'catch';
  const { isDelayed: _delayed, ...rest } = block;
  const next: BlockState = {
    ...rest,
    opened: block.opened + keys.length,
    running: block.running + keys.length,
    ...(phase && { phase }),
    ...(error && { error }),
  };
  // A try whose body has been left is no longer bounded by its time-out: handler and finally run to their end.
  const { timeoutAt: _timeoutAt, ...untimed } = own;
  state.steps.set(path, { ...(phase === 'catch' || phase === 'finally' ? untimed : own), dueAt: undefined, block: next });
  for (const key of keys) openScope(plan, state, bodyOf(step, key)!, `${path}/${key}`, key);
  pushIfActionable(plan, state, site);
}

function openScope(plan: Plan, state: InstanceState, scope: PlanScope, scopePath: string, key: string): void {
  state.scopes.set(scopePath, key === 'finally' ? { ...freshScope, isShielded: true } : freshScope);
  for (const step of scope.steps) if (step.needs.length === 0) pushIfDecided(state, siteIn(scope, scopePath, step));
  settleScope(plan, state, scope, scopePath); // an empty one has ended
}

/** Steps of rounds that are over; of the results only those are kept that are still read. */
function forgetRounds(plan: Plan, state: InstanceState, { step, path }: Site, block: BlockState): void {
  const last = block.opened - 1;
  if (last < 0) return;
  forgetSteps(plan, state, step.repeat!.scope, `${path}/${last}`);
  state.scopes.delete(`${path}/${block.opened - (keptRounds(step, block) ?? 1) - 1}`);
}
