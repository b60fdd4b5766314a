import type { Plan } from '../model/plan.js';
import { isHeld, isStopped } from '../state/scopes.js';
import type { InstanceState } from '../state/instance-state.js';
import { joinVerdict } from '../state/join.js';
import { peekReady, pushReady, pushUrgent, shiftReady, type ReadyEntry } from '../state/ready-queue.js';
import { planScopeAt, type Site, siteAt } from '../state/site.js';
import { blockVerdict } from './block-verdict.js';
import { mustStop } from './must-stop.js';

/** Into the ready queue once, as soon as its fate is known (run, skip or block). */
export function pushIfDecided(state: InstanceState, site: Site): void {
  const own = state.step(site.path);
  if (own.status !== 'pending' || own.readyNo !== undefined || joinVerdict(site.step, own) === 'wait') return;
  state.steps.set(site.path, { ...own, readyNo: push(state, site.path) });
}

/** An open block that has something to decide is looked at again, behind all that is ready now. */
export function pushIfActionable(plan: Plan, state: InstanceState, site: Site): void {
  const own = state.step(site.path);
  if (own.block === undefined || own.status === 'waiting' || own.status === 'pending' || blockVerdict(state, site).do === 'wait')
    return;
  state.steps.set(site.path, { ...own, readyNo: push(state, site.path) });
}

/** A list that must be stopped: before anything else of it begins. */
export function pushScope(state: InstanceState, scopePath: string): void {
  state.readyNo += 1;
  state.ready = pushUrgent(state.ready, { path: `${scopePath}/`, no: state.readyNo });
}

function push(state: InstanceState, path: string): number {
  state.readyNo += 1;
  state.ready = pushReady(state.ready, { path, no: state.readyNo });
  return state.readyNo;
}

/** Drops what needs no look any more from the front, so that a queue that is not empty always has something to decide. */
export function trimReady(plan: Plan, state: InstanceState): void {
  for (let entry = peekReady(state.ready); entry !== undefined; entry = peekReady(state.ready)) {
    if (isActionable(plan, state, entry)) return;
    state.ready = shiftReady(state.ready);
  }
}

function isActionable(plan: Plan, state: InstanceState, { path, no }: ReadyEntry): boolean {
  if (path.endsWith('/')) {
    const scopePath = path.slice(0, -1);
    return mustStop(state, planScopeAt(plan, scopePath)!, scopePath);
  }
  const own = state.steps.get(path);
  if (own === undefined || own.readyNo !== no) return false;
  const site = siteAt(plan, path)!;
  if (own.status === 'pending') return !isStopped(state, site.scopePath) && !isHeld(state, site.scopePath);
  return own.block !== undefined && state.open.get(path) === true && blockVerdict(state, site).do !== 'wait';
}
