import { exchanges } from '#libs/contracts';
import type { Delivery, OutgoingMessage } from '#libs/messaging';
import type { Where } from './decide.js';

/** What of a message is known from outside: the lane of step commands. */
const stepQueuePrefix = `${exchanges.steps}.`;

type Steps = { readonly instanceId: string; readonly path: string }[];
interface Content {
  readonly items?: readonly { readonly instanceId?: unknown; readonly path?: unknown; readonly definition?: unknown }[];
}

/** Only looked at while faults are injected. */
export function whereOf(message: Pick<OutgoingMessage, 'exchange' | 'routingKey' | 'content'>, needsDefinition: boolean): Where {
  if (message.exchange !== exchanges.steps) return {};
  const definition = needsDefinition ? definitionIn(message.content) : undefined;
  return { queue: queueOfKey(message.routingKey), ...(definition !== undefined && { definition }) };
}

export function whereOfDelivery(delivery: Delivery, needsDefinition: boolean): Where {
  if (!delivery.queue.startsWith(stepQueuePrefix)) return {};
  const definition = needsDefinition ? definitionIn(delivery.content) : undefined;
  return { queue: queueOfKey(delivery.queue.slice(stepQueuePrefix.length)), ...(definition !== undefined && { definition }) };
}

/** Steps that an envelope is about. */
export function stepsIn(content: Buffer): Steps {
  const { items } = read(content);
  return (Array.isArray(items) ? items : []).flatMap(({ instanceId, path }) =>
    typeof instanceId === 'string' && typeof path === 'string' ? [{ instanceId, path }] : [],
  );
}

/** Names of queues have no dots, those of tasks may. */
const queueOfKey = (key: string): string => key.slice(0, key.indexOf('.'));

/** Of the first item. An envelope may carry steps of several definitions: then it is taken for the first one's. */
function definitionIn(content: Buffer): string | undefined {
  const definition = read(content).items?.[0]?.definition;
  return typeof definition === 'string' ? definition : undefined;
}

function read(content: Buffer): Content {
  try {
    return (JSON.parse(content.toString('utf8')) ?? {}) as Content;
  } catch {
    return {};
  }
}
