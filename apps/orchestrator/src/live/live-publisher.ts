import { Inject, Injectable } from '@nestjs/common';
import { defaultTenant, exchanges, type InstanceDelta } from '#libs/contracts';
import { TRANSPORT, type OutgoingMessage, type Transport } from '#libs/messaging';
import type { HeadUpdate, InstanceHead } from '#libs/persistence';

const conflateMs = 250;
/** Somebody may be waiting for an end: it is told at once, though never more often than this. */
const conflateEndsMs = 3;
const itemsPerMessage = 500;

/** What is to be told of instances of one partition, and when that was done last (monotonic ms). */
class Pending {
  private readonly deltas = new Map<string, { readonly head: InstanceHead; readonly update: HeadUpdate }>();
  private sentMs = -Infinity;
  /** Takes back what is planned. */
  private cancel: (() => void) | undefined;

  constructor(
    private readonly everyMs: number,
    private readonly tell: (items: readonly InstanceDelta[]) => void,
  ) {}

  set(head: InstanceHead, update: HeadUpdate): void {
    this.deltas.set(head.id, { head, update });
    this.cancel ??= plan(() => this.flush(), this.sentMs + this.everyMs - performance.now());
  }

  delete(id: string): void {
    this.deltas.delete(id);
  }

  stop(): void {
    this.cancel?.();
  }

  private flush(): void {
    this.cancel = undefined;
    if (this.deltas.size === 0) return;
    this.sentMs = performance.now();
    const items = Array.from(this.deltas.values(), ({ head, update }) => deltaOf(head, update));
    this.deltas.clear();
    for (let at = 0; at < items.length; at += itemsPerMessage) this.tell(items.slice(at, at + itemsPerMessage));
  }
}

/**
 * Tells gateways what changed: the last state of each instance, at most four messages a second and partition; the first after a pause at
 * once, and ends of instances by themselves as soon as they are there.
 */
@Injectable()
export class LivePublisher {
  private readonly partitions = new Map<number, { readonly changes: Pending; readonly ends: Pending }>();

  constructor(@Inject(TRANSPORT) private readonly transport: Transport) {}

  note(partition: number, head: InstanceHead, update: HeadUpdate): void {
    const { changes, ends } = this.pendingOf(partition);
    const isEnd = update.endedAt !== null;
    (isEnd ? ends : changes).set(head, update);
    (isEnd ? changes : ends).delete(head.id);
  }

  /** Counters of a partition's lanes. */
  queues(
    partition: number,
    items: readonly { queue: string; task: string; queued: number; sent: number; oldestAt: number | null }[],
  ): void {
    if (items.length > 0) this.send('queues', { kind: 'queues', partition, items });
  }

  stop(): void {
    for (const { changes, ends } of this.partitions.values()) {
      changes.stop();
      ends.stop();
    }
  }

  private pendingOf(partition: number): { readonly changes: Pending; readonly ends: Pending } {
    let pending = this.partitions.get(partition);
    if (pending === undefined) {
      const tell = (items: readonly InstanceDelta[]): void => this.send('heads', { kind: 'heads', partition, items });
      pending = { changes: new Pending(conflateMs, tell), ends: new Pending(conflateEndsMs, tell) };
      this.partitions.set(partition, pending);
    }
    return pending;
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
