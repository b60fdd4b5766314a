import { Inject, Injectable } from '@nestjs/common';
import { defaultTenant, exchanges, type InstanceDelta } from '#libs/contracts';
import { TRANSPORT, type PublishOutcome, type Transport } from '#libs/messaging';
import type { HeadUpdate, InstanceHead } from '#libs/persistence';

const conflateMs = 250;
/** Somebody may be waiting for an end: it is told at once, though never more often than this. */
const conflateEndsMs = 3;
const headsPerMessage = 500;
const endsPerMessage = 5_000;

/** News of one kind and partition by instance, the last of each, and when they were told last (monotonic ms). */
class Pending<T> {
  private readonly news = new Map<string, T>();
  private sentMs = -Infinity;
  /** Takes back what is planned. */
  private cancel: (() => void) | undefined;

  constructor(
    private readonly everyMs: number,
    private readonly tell: (news: readonly T[]) => void,
  ) {}

  set(id: string, news: T): void {
    this.news.set(id, news);
    this.cancel ??= plan(() => this.flush(), this.sentMs + this.everyMs - performance.now());
  }

  stop(): void {
    this.cancel?.();
  }

  private flush(): void {
    this.cancel = undefined;
    this.sentMs = performance.now();
    const news = [...this.news.values()];
    this.news.clear();
    this.tell(news);
  }
}

interface Change {
  readonly head: InstanceHead;
  readonly update: HeadUpdate;
}

/**
 * Tells gateways what changed: the last state of each instance, at most four messages a second and partition, the first after a pause at
 * once; and which instances have ended, as soon as they have. Heads are for those who look at lists, and mostly nobody does: then one is
 * sent to find out, and no more are written.
 */
@Injectable()
export class LivePublisher {
  private readonly partitions = new Map<number, { readonly changes: Pending<Change>; readonly ends: Pending<string> }>();
  /** Whether the last head found a queue, or may have. */
  private isWatched = false;

  constructor(@Inject(TRANSPORT) private readonly transport: Transport) {}

  note(partition: number, head: InstanceHead, update: HeadUpdate): void {
    const { changes, ends } = this.pendingOf(partition);
    changes.set(head.id, { head, update });
    if (update.endedAt !== null) ends.set(head.id, head.id);
  }

  /** Counters of a partition's lanes. */
  queues(
    partition: number,
    items: readonly { queue: string; task: string; queued: number; sent: number; oldestAt: number | null }[],
  ): void {
    if (items.length > 0) void this.send('queues', { kind: 'queues', partition, items });
  }

  stop(): void {
    for (const { changes, ends } of this.partitions.values()) {
      changes.stop();
      ends.stop();
    }
  }

  private pendingOf(partition: number): { readonly changes: Pending<Change>; readonly ends: Pending<string> } {
    let pending = this.partitions.get(partition);
    if (pending === undefined) {
      pending = {
        changes: new Pending<Change>(conflateMs, (changes) => void this.tellHeads(partition, changes)),
        ends: new Pending<string>(conflateEndsMs, (ids) => this.tellEnds(partition, ids)),
      };
      this.partitions.set(partition, pending);
    }
    return pending;
  }

  private tellEnds(partition: number, ids: readonly string[]): void {
    for (let at = 0; at < ids.length; at += endsPerMessage)
      void this.send('ends', { kind: 'ends', partition, items: ids.slice(at, at + endsPerMessage) });
  }

  /**
   * A gateway binds its queue before it reads the rows it shows. So what is returned, and the rest with it, was committed before anybody who
   * will look has read it.
   */
  private async tellHeads(partition: number, changes: readonly Change[]): Promise<void> {
    for (let at = 0; at < changes.length;) {
      const items = changes.slice(at, at + (this.isWatched ? headsPerMessage : 1)).map(deltaOf);
      // no answer says nothing about queues
      this.isWatched = (await this.send('heads', { kind: 'heads', partition, items }, true)) !== 'returned';
      if (!this.isWatched) return;
      at += items.length;
    }
  }

  /** Best effort: whoever missed it reads PostgreSQL. */
  private async send(routingKey: string, content: object, mandatory = false): Promise<PublishOutcome | undefined> {
    if (this.transport.state !== 'connected') return 'unconfirmed';
    const body = Buffer.from(JSON.stringify({ v: 1, tenant: defaultTenant, ...content }));
    const [outcome] = await this.transport.publish([
      { exchange: exchanges.live, routingKey, content: body, persistent: false, mandatory },
    ]);
    return outcome;
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

function deltaOf({ head, update }: Change): InstanceDelta {
  const { id, definition, version, key, createdAt } = head;
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
