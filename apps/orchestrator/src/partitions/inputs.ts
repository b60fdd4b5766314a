import { z } from 'zod';
import { isPlainPartition, partitionEnvelopeSchema, type PartitionItem, partitionItemSchema } from '#libs/contracts';
import type { InstanceId, Message } from '#libs/engine';
import { decodeEnvelope, type Delivery, type Settlement } from '#libs/messaging';
import type { Unreadable } from '../incidents/incidents.js';
import { logsOf, type StepLogs } from './step-logs.js';

/** One thing for one instance to take in. */
export type Input =
  | {
      readonly kind: 'message';
      readonly instanceId: InstanceId;
      readonly message: Message;
      readonly durationMs?: number;
      readonly logs?: StepLogs;
    }
  /** Nothing to decide: lines a running handler logged. */
  | { readonly kind: 'logs'; readonly instanceId: InstanceId; readonly logs: StepLogs | undefined }
  /** Look at the inbox; starts a pending instance. */
  | { readonly kind: 'hint'; readonly instanceId: InstanceId }
  /** A command handed back unrun. */
  | {
      readonly kind: 'returned';
      readonly instanceId: InstanceId;
      readonly path: string;
      readonly token: number;
      readonly delivery: number;
    };

/** Inputs that arrived together and are acknowledged together; without a delivery: our own clocks and sweeps. */
export interface Parcel {
  readonly inputs: readonly Input[];
  readonly bytes: number;
  readonly delivery?: Pick<Delivery, 'settle'>;
  /** Life of the consumer it came by; on the last part of a message only. */
  readonly life?: number;
}

/** One parcel an input; the delivery is settled when all of them are. */
export function splitParcel({ inputs, bytes, delivery, life }: Parcel): Parcel[] {
  let open = inputs.length;
  const shared = delivery && {
    settle: (settlement: Settlement) => {
      open -= 1;
      if (open === 0) delivery.settle(settlement);
    },
  };
  return inputs.map((input, index) => ({
    inputs: [input],
    bytes: Math.ceil(bytes / inputs.length),
    delivery: shared,
    ...(index === inputs.length - 1 && { life }),
  }));
}

/** What a delivery of the partition queue says, and what of it cannot be read. */
export interface ReadDelivery {
  /** Absent: nothing of it is to be taken in. */
  readonly parcel?: Parcel;
  readonly unreadable: readonly Unreadable[];
}

/**
 * An item that cannot be read takes no other with it: what many workers said travels together.
 * @param isOurs whether an instance belongs to the partition; two owners that decide about one would write its log twice
 */
export function readParcel(delivery: Delivery, isOurs: (id: InstanceId) => boolean): ReadDelivery {
  const { items, unreadable } = readItems(delivery);
  const own: PartitionItem[] = [];
  for (const item of items) {
    if (isOurs(item.instanceId as InstanceId)) own.push(item);
    else if (item.kind !== 'hint') unreadable.push(astray(item)); // a hint says nothing: the sweep of its owner finds the same
  }
  return { ...(own.length > 0 && { parcel: parcelOf(own, delivery) }), unreadable };
}

const astray = (item: PartitionItem): Unreadable => ({
  code: 'wrongPartition',
  reason: `expected what concerns instances of this partition, but ${item.instanceId} belongs to another; a redrive sends it there`,
  content: Buffer.from(JSON.stringify(item)),
});

function readItems(delivery: Delivery): { readonly items: readonly PartitionItem[]; readonly unreadable: Unreadable[] } {
  const decoded = decodeEnvelope(delivery.content, partitionEnvelopeSchema, isPlainPartition);
  if (decoded.ok) return { items: decoded.value.items, unreadable: [] };
  const loose = decodeEnvelope(delivery.content, looseEnvelopeSchema);
  if (!loose.ok || loose.value.items.length < 2) return { items: [], unreadable: [decoded] };
  const items: PartitionItem[] = [];
  const unreadable: Unreadable[] = [];
  for (const item of loose.value.items) {
    const content = Buffer.from(JSON.stringify(item ?? null));
    const read = decodeEnvelope(content, partitionItemSchema);
    if (read.ok) items.push(read.value);
    else unreadable.push({ code: read.code, reason: read.reason, content });
  }
  return { items, unreadable };
}

const looseEnvelopeSchema = partitionEnvelopeSchema.extend({ items: z.array(z.unknown()) });

const parcelOf = (items: readonly PartitionItem[], delivery: Delivery): Parcel => ({
  inputs: items.map(inputOf),
  bytes: delivery.content.length,
  delivery,
});

function inputOf(item: PartitionItem): Input {
  const instanceId = item.instanceId as InstanceId;
  switch (item.kind) {
    case 'completed': {
      const { path, token, output, worker, startedAt, note, durationMs } = item;
      return {
        kind: 'message',
        instanceId,
        durationMs,
        logs: logsOf(item),
        message: { type: 'stepCompleted', path, token, output, worker, startedAt, note },
      };
    }
    case 'failed': {
      const { path, token, failure, worker, startedAt } = item;
      const message: Message = { type: 'stepFailed', path, token, failure, worker, startedAt };
      return { kind: 'message', instanceId, logs: logsOf(item), message };
    }
    case 'progress': {
      const { path, token, details } = item;
      if (details === undefined) return { kind: 'logs', instanceId, logs: logsOf(item) };
      return { kind: 'message', instanceId, logs: logsOf(item), message: { type: 'progress', path, token, details } };
    }
    case 'claim':
      return {
        kind: 'message',
        instanceId,
        message: { type: 'claim', path: item.path, token: item.token, claimant: item.claimant },
      };
    case 'returned':
      return { kind: 'returned', instanceId, path: item.path, token: item.token, delivery: item.delivery };
    case 'hint':
      return { kind: 'hint', instanceId };
  }
}
