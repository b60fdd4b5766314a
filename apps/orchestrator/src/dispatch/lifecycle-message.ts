import { exchanges, lifecycleTypeOf } from '#libs/contracts';
import { lifecycleContent, lifecycleKind, type Json, type LifecycleEvent, type ToldInstance } from '#libs/engine';
import type { OutgoingMessage } from '#libs/messaging';

/** What an instance completed with, or the size of what is not at hand. */
type KnownOutput = { readonly value: Json } | { readonly bytes: number };

/**
 * A CloudEvents 1.0 message (binary mode) on `orquestra.events`, routing key `<definition>.<what>`. `id` = instance/seq makes repeats
 * harmless, `sequence` tells the order within `subject`: after a fault a later one may overtake.
 */
export function lifecycleMessage(instance: ToldInstance, event: LifecycleEvent, output: KnownOutput): OutgoingMessage {
  const { name, severity } = lifecycleKind(event.type);
  const id = `${instance.id}/${event.seq}`;
  const type = lifecycleTypeOf(name);
  const content = lifecycleContent(instance, event);
  return {
    exchange: exchanges.events,
    routingKey: `${instance.definition}.${name}`,
    content: event.type === 'instanceCompleted' ? withOutput(content, output) : Buffer.from(JSON.stringify(content)),
    type,
    messageId: id,
    headers: {
      'cloudEvents:specversion': '1.0',
      'cloudEvents:id': id,
      'cloudEvents:type': type,
      'cloudEvents:source': '/orquestrax',
      'cloudEvents:subject': instance.id,
      'cloudEvents:time': new Date(event.at).toISOString(),
      'cloudEvents:datacontenttype': 'application/json',
      'cloudEvents:sequence': sequenceOf(event.seq),
      'cloudEvents:severity': severity,
      severity, // where a headers exchange can match it
    },
  };
}

/** Ordered as text, as the extension `sequence` of CloudEvents has it. */
const sequenceOf = (seq: number): string => String(seq).padStart(10, '0');

/** An output beyond this is left out (`outputBytes` tells): who needs it reads the instance. */
const outputAtMost = 2 * 1024 * 1024;

function withOutput(content: object, known: KnownOutput): Buffer {
  if ('bytes' in known) return Buffer.from(JSON.stringify({ ...content, output: null, outputBytes: known.bytes }));
  const output = known.value;
  const body = Buffer.from(JSON.stringify({ ...content, output }));
  if (body.length <= outputAtMost) return body;
  return Buffer.from(JSON.stringify({ ...content, output: null, outputBytes: body.length }));
}
