import { exchanges } from '#libs/contracts';
import type { Delivery, OutgoingMessage } from '#libs/messaging';
import type { Where } from './decide.js';

/** What of a message is known from outside: the lane of step commands. */
const stepQueuePrefix = `${exchanges.steps}.`;

type Steps = { readonly instanceId: string; readonly path: string }[];
type Item = { readonly instanceId?: unknown; readonly path?: unknown; readonly definition?: unknown } | null;

/** Only looked at while faults are injected. */
export function whereOf(message: Pick<OutgoingMessage, 'exchange' | 'routingKey' | 'content'>, needsDefinitions: boolean): Where {
  if (message.exchange !== exchanges.steps) return {};
  return {
    queue: queueOfKey(message.routingKey),
    ...(needsDefinitions && { definitions: definitionsIn(message.content) }),
  };
}

export function whereOfDelivery(delivery: Pick<Delivery, 'queue' | 'content'>, needsDefinitions: boolean): Where {
  if (!delivery.queue.startsWith(stepQueuePrefix)) return {};
  return {
    queue: queueOfKey(delivery.queue.slice(stepQueuePrefix.length)),
    ...(needsDefinitions && { definitions: definitionsIn(delivery.content) }),
  };
}

/** Steps that an envelope is about. */
export function stepsIn(content: Buffer): Steps {
  return itemsIn(content).flatMap((item) => {
    const { instanceId, path } = item ?? {};
    return typeof instanceId === 'string' && typeof path === 'string' ? [{ instanceId, path }] : [];
  });
}

/** Names of queues have no dots, those of tasks may. */
const queueOfKey = (key: string): string => key.slice(0, key.indexOf('.'));

/** Of all items: what hits an envelope hits everything in it. Empty if one does not say what it belongs to. */
function definitionsIn(content: Buffer): string[] {
  const definitions = itemsIn(content).map((item) => item?.definition);
  return definitions.every((definition) => typeof definition === 'string') ? [...new Set(definitions)] : [];
}

function itemsIn(content: Buffer): readonly Item[] {
  try {
    const { items } = JSON.parse(content.toString('utf8')) as { items?: unknown };
    return Array.isArray(items) ? (items as Item[]) : [];
  } catch {
    return [];
  }
}
