import { Fifo } from '../fifo.js';
import type { OutgoingMessage, QueueSpec } from '../transport.js';
import type { MemoryConsumer } from './memory-consumer.js';

/** A message in one queue. */
export interface QueueEntry {
  readonly message: OutgoingMessage;
  /** Place in the queue: a requeued entry goes back to it. */
  readonly place: number;
  deliveries: number;
}

/** A publication that waits for room; `accept` is told when it is in, unless it has given up. */
export interface WaitingPublication {
  readonly message: OutgoingMessage;
  /** @returns false when nobody waits any more: the message was not sent */
  accept(): boolean;
}

/** What a queue needs of its broker. */
export interface QueueHost {
  /** Deliver soon, in one turn for all that is ready then. */
  wake(queue: MemoryQueue): void;
  deadLetter(queue: MemoryQueue, message: OutgoingMessage, reason: 'rejected'): void;
}

/** Deliveries of one queue in one turn of the event loop. */
const turn = 1_000;

/** One queue: in order, bounded in bytes, requeued entries near the head. */
export class MemoryQueue {
  private readonly ready = new Fifo<QueueEntry>();
  /** Requeued entries, the first to deliver at the end. */
  private readonly again: QueueEntry[] = [];
  private readonly waiting = new Fifo<WaitingPublication>();
  private readonly consumers: MemoryConsumer[] = [];
  private nextConsumer = 0;
  private lastPlace = 0;
  private readyBytes = 0;

  constructor(
    readonly spec: QueueSpec,
    private readonly host: QueueHost,
    private readonly maxBytes: number,
    /** The connection an exclusive queue belongs to. */
    readonly owner: object | undefined,
  ) {}

  get depth(): number {
    return this.ready.length + this.again.length;
  }

  get consumerCount(): number {
    return this.consumers.length;
  }

  /** Whether a publisher has to wait; queues that drop their oldest are never full. */
  get isFull(): boolean {
    return this.spec.maxLength === undefined && (this.readyBytes >= this.maxBytes || this.waiting.length > 0);
  }

  push(message: OutgoingMessage): void {
    this.lastPlace += 1;
    this.ready.push({ message, place: this.lastPlace, deliveries: 0 });
    this.readyBytes += message.content.length;
    if (this.spec.maxLength !== undefined && this.depth > this.spec.maxLength) this.take();
    this.host.wake(this);
  }

  wait(publication: WaitingPublication): void {
    this.waiting.push(publication);
  }

  requeue(entries: readonly QueueEntry[]): void {
    if (entries.length === 0) return;
    for (const entry of entries) {
      this.again.push(entry);
      this.readyBytes += entry.message.content.length;
    }
    this.again.sort((a, b) => b.place - a.place);
    this.host.wake(this);
  }

  deadLetter(entry: QueueEntry): void {
    // an exclusive queue with drop-head has no dead-letter exchange: what it drops is meant to be lost
    if (this.spec.maxLength === undefined) this.host.deadLetter(this, entry.message, 'rejected');
  }

  wake(): void {
    this.host.wake(this);
  }

  attach(consumer: MemoryConsumer): void {
    this.consumers.push(consumer);
    this.host.wake(this);
  }

  detach(consumer: MemoryConsumer): void {
    const at = this.consumers.indexOf(consumer);
    if (at !== -1) this.consumers.splice(at, 1);
    this.host.wake(this);
  }

  /** Gives what is ready to whoever has room, at most one turn's worth. */
  deliver(): void {
    let left = turn;
    while (this.depth > 0) {
      const consumer = this.consumerWithRoom();
      if (consumer === undefined) return;
      if (left === 0) return this.host.wake(this);
      left -= 1;
      const entry = this.take();
      if (entry === undefined) return;
      entry.deliveries += 1;
      consumer.deliver(entry);
    }
  }

  /** The queue is gone: every consumer is told, every waiting publication gives up by itself. */
  end(): void {
    this.ready.clear();
    this.again.length = 0;
    for (const consumer of this.consumers.splice(0)) consumer.lose('queueGone');
  }

  private take(): QueueEntry | undefined {
    const entry = this.again.pop() ?? this.ready.shift();
    if (entry !== undefined) {
      this.readyBytes -= entry.message.content.length;
      this.admit();
    }
    return entry;
  }

  private admit(): void {
    while (this.waiting.length > 0 && this.readyBytes < this.maxBytes) {
      const publication = this.waiting.shift();
      if (publication?.accept() === true) this.push(publication.message);
    }
  }

  private consumerWithRoom(): MemoryConsumer | undefined {
    const { consumers } = this;
    if (this.spec.singleActiveConsumer === true) return consumers[0]?.hasRoom === true ? consumers[0] : undefined;
    for (let tried = 0; tried < consumers.length; tried += 1) {
      this.nextConsumer = (this.nextConsumer + 1) % consumers.length;
      const consumer = consumers[this.nextConsumer];
      if (consumer?.hasRoom === true) return consumer;
    }
    return undefined;
  }
}
