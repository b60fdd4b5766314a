import { defaultTenant, exchanges, partitionKey } from '#libs/contracts';
import type { OutgoingMessage, PublishOutcome, Transport } from '#libs/messaging';
import { crashPoint, crashPointAfterWrites } from '#libs/platform';
import { partitionEnvelope } from '../wire/partition-items.js';
import type { Clock } from './clock.js';

/** One item for a partition; it is sent until the broker has it. */
interface Outgoing {
  readonly text: string;
  readonly confirmed: () => void;
}

interface PartitionLane {
  readonly partition: number;
  waiting: Outgoing[];
  isSending: boolean;
  backoffMs: number;
  /** Ends the pause after a failed publish. */
  resume?: () => void;
}

const maxItems = 200;
const maxBytes = 256 * 1024;
const firstBackoffMs = 100;
const longestBackoffMs = 5_000;

export interface SenderWarnings {
  /** The partition's queue is missing, or nobody confirmed; it is tried again. */
  readonly notSent: (partition: number, outcome: PublishOutcome, items: number) => void;
}

/**
 * Sends completions, claims and handed-back commands to their partitions. What is ready in the same turn of the event loop, or while a publish is
 * outstanding, travels together; what is returned or not confirmed is sent again without end, in order, at growing intervals.
 */
export class CompletionSender {
  private readonly lanes = new Map<number, PartitionLane>();
  private readonly ready = new Set<PartitionLane>();
  private isScheduled = false;
  private isStopped = false;
  private owed = 0;
  private readonly idleWaiters: (() => void)[] = [];

  constructor(
    private readonly transport: Transport,
    private readonly clock: Clock,
    private readonly warnings: SenderWarnings = { notSent: () => undefined },
  ) {}

  /** Items not confirmed yet. */
  get outstanding(): number {
    return this.owed;
  }

  /** @param confirmed called once, when the broker has it in the partition's queue */
  send(partition: number, text: string, confirmed: () => void): void {
    const lane = this.laneOf(partition);
    lane.waiting.push({ text, confirmed });
    this.owed += 1;
    this.schedule(lane);
  }

  /** Tries at once what waits for its next try, e.g. after a reconnect. */
  resume(): void {
    for (const lane of this.lanes.values()) lane.resume?.();
  }

  /** Sends nothing any more; what is not confirmed is forgotten. */
  stop(): void {
    this.isStopped = true;
    this.resume();
  }

  /** Resolves when everything sent so far, and since, is confirmed. */
  idle(): Promise<void> {
    if (this.owed === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  private laneOf(partition: number): PartitionLane {
    let lane = this.lanes.get(partition);
    if (lane === undefined) {
      lane = { partition, waiting: [], isSending: false, backoffMs: 0 };
      this.lanes.set(partition, lane);
    }
    return lane;
  }

  private schedule(lane: PartitionLane): void {
    if (this.isStopped || lane.isSending || lane.resume !== undefined || lane.waiting.length === 0) return;
    this.ready.add(lane);
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      const lanes = [...this.ready];
      this.ready.clear();
      for (const each of lanes) void this.flush(each);
    });
  }

  private async flush(lane: PartitionLane): Promise<void> {
    const batches = split(lane.waiting);
    lane.waiting = [];
    lane.isSending = true;
    crashPointAfterWrites('completion.sending');
    const outcomes = await this.publish(lane.partition, batches);
    lane.isSending = false;
    const unsent: Outgoing[] = [];
    batches.forEach((batch, index) => {
      if (outcomes[index] === 'confirmed') this.confirm(batch);
      else unsent.push(...batch);
    });
    if (unsent.length === 0) lane.backoffMs = 0;
    else this.pause(lane, unsent, outcomes.find((each) => each !== 'confirmed') ?? 'unconfirmed');
    this.schedule(lane);
  }

  private async publish(partition: number, batches: readonly Outgoing[][]): Promise<readonly PublishOutcome[]> {
    const messages = batches.map((batch): OutgoingMessage => ({
      exchange: exchanges.partitions,
      routingKey: partitionKey(partition),
      mandatory: true,
      type: 'partition',
      content: partitionEnvelope(
        defaultTenant,
        batch.map((item) => item.text),
      ),
    }));
    try {
      return await this.transport.publish(messages);
    } catch {
      return messages.map(() => 'unconfirmed'); // a closed transport; the drain is bounded
    }
  }

  private confirm(batch: readonly Outgoing[]): void {
    this.owed -= batch.length;
    crashPoint('completion.confirmed');
    for (const item of batch) item.confirmed();
    if (this.owed === 0) for (const resolve of this.idleWaiters.splice(0)) resolve();
  }

  private pause(lane: PartitionLane, unsent: Outgoing[], why: PublishOutcome): void {
    if (lane.backoffMs === 0) this.warnings.notSent(lane.partition, why, unsent.length);
    lane.waiting = [...unsent, ...lane.waiting];
    lane.backoffMs = Math.min(longestBackoffMs, Math.max(firstBackoffMs, lane.backoffMs * 2));
    const go = (): void => {
      callOff();
      lane.resume = undefined;
      this.schedule(lane);
    };
    const callOff = this.clock.after(lane.backoffMs, go);
    lane.resume = go;
  }
}

/** Items in order, in messages of at most 200 items and 256 KiB; a larger item travels alone. */
function split(items: readonly Outgoing[]): Outgoing[][] {
  const batches: Outgoing[][] = [];
  let batch: Outgoing[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = Buffer.byteLength(item.text);
    if (batch.length > 0 && (batch.length >= maxItems || bytes + size > maxBytes)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += size;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
