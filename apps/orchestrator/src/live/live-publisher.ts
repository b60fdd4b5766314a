import { Inject, Injectable } from '@nestjs/common';
import { defaultTenant, exchanges, type InstanceDelta } from '#libs/contracts';
import { TRANSPORT, type OutgoingMessage, type Transport } from '#libs/messaging';
import type { HeadUpdate, InstanceHead } from '#libs/persistence';

const conflateMs = 250;
/** Somebody may be waiting for an end: it is told at once, though never more often than this. */
const conflateEndsMs = 3;
const itemsPerMessage = 500;

/** What is to be told about one partition, and when it was told last (monotonic ms). */
interface Pending {
  readonly deltas: Map<string, InstanceDelta>;
  sentMs: number;
  endsSentMs: number;
  hasEnds: boolean;
  dueMs: number;
  /** Takes back what is planned. */
  cancel: (() => void) | undefined;
}

/**
 * Tells gateways what changed: the last state of each instance, at most four messages a second and partition; the first
 * after a pause and ends of instances at once.
 */
@Injectable()
export class LivePublisher {
  private readonly partitions = new Map<number, Pending>();

  constructor(@Inject(TRANSPORT) private readonly transport: Transport) {}

  note(partition: number, head: InstanceHead, update: HeadUpdate): void {
    const pending = this.pendingOf(partition);
    pending.deltas.set(head.id, deltaOf(head, update));
    const isEnd = update.endedAt !== null;
    pending.hasEnds ||= isEnd;
    const dueMs = isEnd ? pending.endsSentMs + conflateEndsMs : pending.sentMs + conflateMs;
    if (pending.cancel !== undefined && pending.dueMs <= dueMs) return;
    pending.cancel?.();
    pending.dueMs = dueMs;
    pending.cancel = plan(() => this.flush(partition, pending), dueMs - performance.now());
  }

  /** Counters of a partition's lanes. */
  queues(
    partition: number,
    items: readonly { queue: string; task: string; queued: number; sent: number; oldestAt: number | null }[],
  ): void {
    if (items.length > 0) this.send('queues', { kind: 'queues', partition, items });
  }

  stop(): void {
    for (const { cancel } of this.partitions.values()) cancel?.();
  }

  private pendingOf(partition: number): Pending {
    let pending = this.partitions.get(partition);
    if (pending === undefined) {
      pending = { deltas: new Map(), sentMs: -Infinity, endsSentMs: -Infinity, hasEnds: false, dueMs: 0, cancel: undefined };
      this.partitions.set(partition, pending);
    }
    return pending;
  }

  private flush(partition: number, pending: Pending): void {
    pending.cancel = undefined;
    pending.sentMs = performance.now();
    if (pending.hasEnds) pending.endsSentMs = pending.sentMs;
    pending.hasEnds = false;
    const deltas = [...pending.deltas.values()];
    pending.deltas.clear();
    for (let at = 0; at < deltas.length; at += itemsPerMessage)
      this.send('heads', { kind: 'heads', partition, items: deltas.slice(at, at + itemsPerMessage) });
  }

  /** Best effort: whoever missed it reads PostgreSQL. */
  private send(routingKey: string, content: object): void {
    const body = Buffer.from(JSON.stringify({ v: 1, tenant: defaultTenant, ...content }));
    const message: OutgoingMessage = { exchange: exchanges.live, routingKey, content: body, persistent: false };
    if (this.transport.state === 'connected') void this.transport.publish([message]);
  }
}

/** A timer of no time at all takes a millisecond: what is due is done in this turn of the event loop. @returns the function that takes it back */
function plan(act: () => void, inMs: number): () => void {
  if (inMs > 0) {
    const timer = setTimeout(act, inMs);
    return () => clearTimeout(timer);
  }
  const immediate = setImmediate(act);
  return () => clearImmediate(immediate);
}

function deltaOf({ id, definition, version, key, createdAt }: InstanceHead, update: HeadUpdate): InstanceDelta {
  const { status, seq, summary, startedAt, endedAt, stepsDone, stepsTotal, currentStep, error } = update;
  return {
    id,
    definition,
    version,
    key,
    status,
    seq,
    summary,
    startedAt,
    endedAt,
    createdAt,
    stepsDone,
    stepsTotal,
    currentStep,
    errorCode: error?.code ?? null,
  };
}
