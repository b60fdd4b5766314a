import { eventFits, siteAt, type AuditEvent, type DecisionContext, type Plan, type ReceivedEvent } from '#libs/engine';
import type { EndedSubscription, KeyChanges, NewSubscription } from '#libs/persistence';
import type { CachedInstance } from '../partitions/instance-cache.js';

export type Subscriptions = Pick<KeyChanges, 'subscribed' | 'unsubscribed'>;
type Awaited = Omit<NewSubscription, 'choose'>;

/**
 * Waits for events by key that were opened and ended by what was just decided. A wait that was opened and ended in one batch was never
 * there for anybody.
 * @param context of the instance, for the filters of its waits
 * @param onTaken called while the batch is written: an event waits in the inbox
 * @returns undefined when there were none, as nearly always
 */
export function subscriptionsOf(
  instance: CachedInstance,
  events: readonly AuditEvent[],
  context: () => DecisionContext,
  onTaken: () => void,
): Subscriptions | undefined {
  if (!events.some((event) => concernsKeys(instance.plan, event))) return undefined;
  const opened = new Map<string, Awaited>();
  const unsubscribed: EndedSubscription[] = [];
  const { state, plan, head } = instance;
  const leave = (path: string, seq: number, name?: string): void => {
    const own = opened.get(path);
    if (own === undefined) unsubscribed.push({ instanceId: state.id, path, beforeSeq: seq, ...(name !== undefined && { name }) });
    else if (name === undefined) opened.delete(path);
    else opened.set(path, { ...own, names: own.names.filter((other) => other !== name) });
  };
  for (const { type, path, data, seq, at } of events) {
    if (type === 'eventAwaited' && data.key !== undefined) {
      const { names, key } = data;
      opened.set(path!, { instanceId: state.id, path: path!, seq, tenant: head.tenant, names, key, since: at });
    } else if (type === 'eventTaken' && isByKey(plan, path!)) leave(path!, seq, data.event.name);
    else if (isEnd(type) && isByKey(plan, path!)) leave(path!, seq);
  }
  const choose = (path: string) => (kept: readonly ReceivedEvent[]) => {
    const chosen = chooseKept(instance, path, kept, context());
    if (chosen.length > 0) onTaken();
    return chosen;
  };
  const subscribed = [...opened.values()].filter(({ names }) => names.length > 0);
  return { subscribed: subscribed.map((wait) => ({ ...wait, choose: choose(wait.path) })), unsubscribed };
}

function concernsKeys(plan: Plan, { type, path, data }: AuditEvent): boolean {
  if (type === 'eventAwaited') return data.key !== undefined;
  return (type === 'eventTaken' || isEnd(type)) && isByKey(plan, path!);
}

const isEnd = (type: AuditEvent['type']): boolean =>
  type === 'stepCompleted' || type === 'stepFailed' || type === 'stepSkipped' || type === 'stepCancelled';

const isByKey = (plan: Plan, path: string): boolean => siteAt(plan, path)?.step.event?.correlate !== undefined;

/** The oldest that fits; of a wait for all its names the oldest of each. */
function chooseKept(
  { plan, state }: CachedInstance,
  path: string,
  kept: readonly ReceivedEvent[],
  context: DecisionContext,
): ReceivedEvent[] {
  const { early, match } = siteAt(plan, path)!.step.event!;
  if (early === 'drop') return [];
  const chosen = new Map<string, ReceivedEvent>();
  for (const event of kept) {
    const place = match === 'all' ? event.name : '';
    if (!chosen.has(place) && eventFits(plan, state, path, event, context)) chosen.set(place, event);
  }
  return [...chosen.values()];
}
