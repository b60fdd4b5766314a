import { exchanges } from '#libs/contracts';
import type { Effect, Json } from '#libs/engine';
import type { OutgoingMessage } from '#libs/messaging';
import type { CachedInstance } from '../partitions/instance-cache.js';

type LifecycleEffect = Extract<Effect, { kind: 'lifecycle' }>;

const severities: Partial<Record<LifecycleEffect['type'], string>> = {
  instanceFailed: 'error',
  instanceTimedOut: 'error',
  instanceOverdue: 'warning',
  instanceCancelled: 'warning',
};

/** A CloudEvents 1.0 message (binary mode) on `orquestra.events`, routing key `<definition>.<what>`; `id` = instance/seq makes repeats harmless. */
export function lifecycleMessage({ state, head }: CachedInstance, { type, seq }: LifecycleEffect): OutgoingMessage {
  const what = type.replace(/^instance/, '').toLowerCase();
  const content = {
    id: state.id,
    definition: head.definition, // the state of an instance that was cancelled before its start knows none
    version: head.version,
    key: head.key,
    status: state.status,
    error: state.error ?? null,
  };
  return {
    exchange: exchanges.events,
    routingKey: `${head.definition}.${what}`,
    content: bodyOf(content, state.output),
    type: `dev.orquestrax.instance.${what}.v1`,
    messageId: `${state.id}/${seq}`,
    headers: {
      'cloudEvents:specversion': '1.0',
      'cloudEvents:id': `${state.id}/${seq}`,
      'cloudEvents:type': `dev.orquestrax.instance.${what}.v1`,
      'cloudEvents:source': '/orquestrax',
      'cloudEvents:subject': state.id,
      'cloudEvents:datacontenttype': 'application/json',
      severity: severities[type] ?? 'info',
    },
  };
}

/** An output beyond this is left out (`outputBytes` tells): who needs it reads the instance. */
const outputAtMost = 2 * 1024 * 1024;

function bodyOf(content: object, output: Json): Buffer {
  const body = Buffer.from(JSON.stringify({ ...content, output }));
  if (body.length <= outputAtMost) return body;
  return Buffer.from(JSON.stringify({ ...content, output: null, outputBytes: body.length }));
}
