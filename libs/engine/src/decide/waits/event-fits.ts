import type { ReceivedEvent } from '../../model/audit-event.js';
import type { DecisionContext } from '../../model/message.js';
import type { Plan } from '../../model/plan.js';
import type { InstanceState } from '../../state/instance-state.js';
import { siteAt } from '../../state/site.js';
import { Draft } from '../draft.js';
import { isLate, isMeant, judge } from './event-waits.js';

/**
 * Would this wait take an event kept for its key? Changes nothing. A filter that cannot be evaluated counts as yes: the wait then
 * fails with it when it is given the event.
 */
export function eventFits(
  plan: Plan,
  state: InstanceState,
  path: string,
  event: ReceivedEvent,
  context: DecisionContext,
): boolean {
  const own = state.step(path);
  const site = siteAt(plan, path);
  if (site === undefined || !isMeant(own, event) || isLate(state, own, event)) return false;
  const verdict = judge(new Draft(plan, state, context), site, own, event);
  return verdict === 'taken' || typeof verdict === 'object';
}
