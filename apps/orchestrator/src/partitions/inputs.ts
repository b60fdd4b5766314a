import { isPlainPartition, partitionEnvelopeSchema, type PartitionItem } from '#libs/contracts';
import type { InstanceId, Message } from '#libs/engine';
import { decodeEnvelope, type Delivery, type Settlement } from '#libs/messaging';
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

/** What a delivery of the partition queue says, or why it cannot be read. */
export function readParcel(delivery: Delivery): Parcel | { readonly unreadable: string } {
  const decoded = decodeEnvelope(delivery.content, partitionEnvelopeSchema, isPlainPartition);
  if (!decoded.ok) return { unreadable: decoded.reason };
  return { inputs: decoded.value.items.map(inputOf), bytes: delivery.content.length, delivery };
}

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
