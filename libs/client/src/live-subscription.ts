import type { SubscribeRequest, TopicMessage } from '#libs/contracts';

/** A consumer this far behind gets a fresh snapshot in place of what it missed. */
const mostWaiting = 1_000;

type Turn = IteratorResult<TopicMessage>;

/** One subscription as an async iterator: knows how far its consumer is, drops repeats and asks again after a gap. */
export class LiveSubscription implements AsyncIterableIterator<TopicMessage> {
  onEnd: () => void = () => undefined;
  private readonly waiting: TopicMessage[] = [];
  private taker: { resolve: (turn: Turn) => void; reject: (error: Error) => void } | undefined;
  private fault: Error | undefined;
  private isEnded = false;
  /** Asked, and the snapshot is not here yet: deltas on the way belong to the time before. */
  private isAsking = true;
  /** Seq of the last audit event received; of the last one consumed. `instance` only. */
  private receivedSeq: number;
  private consumedSeq: number;

  constructor(
    private readonly request: SubscribeRequest & { ref: string },
    private readonly send: (message: object) => void,
  ) {
    this.receivedSeq = this.consumedSeq = (request.subscribe === 'instance' ? request.since : undefined) ?? 0;
  }

  /** Sends the wish, from where the consumer is. */
  ask(): void {
    this.waiting.length = 0;
    this.receivedSeq = this.consumedSeq;
    this.isAsking = true;
    this.send(this.request.subscribe === 'instance' ? { ...this.request, since: this.consumedSeq } : this.request);
  }

  receive(message: TopicMessage): void {
    if (this.isEnded || (this.isAsking && message.type === 'delta')) return;
    this.isAsking = false;
    const fresh = this.withoutRepeats(message);
    if (fresh === undefined) return;
    if (this.waiting.length >= mostWaiting) return this.ask();
    if (fresh.topic === 'instance') this.receivedSeq = Math.max(this.receivedSeq, fresh.seq);
    if (this.taker === undefined) {
      this.waiting.push(fresh);
      return;
    }
    const { resolve } = this.taker;
    this.taker = undefined;
    resolve(this.take(fresh));
  }

  fail(error: Error): void {
    this.fault = error;
    this.taker?.reject(error);
    this.taker = undefined;
    this.end();
  }

  end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.taker?.resolve({ done: true, value: undefined });
    this.taker = undefined;
    this.onEnd();
  }

  next(): Promise<Turn> {
    const message = this.waiting.shift();
    if (message !== undefined) return Promise.resolve(this.take(message));
    if (this.fault !== undefined) return Promise.reject(this.fault);
    if (this.isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => (this.taker = { resolve, reject }));
  }

  return(): Promise<Turn> {
    this.waiting.length = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private take(message: TopicMessage): Turn {
    if (message.topic === 'instance') this.consumedSeq = Math.max(this.consumedSeq, message.seq);
    return { done: false, value: message };
  }

  /** @returns undefined after a gap: then everything since is on its way again */
  private withoutRepeats(message: TopicMessage): TopicMessage | undefined {
    if (message.topic !== 'instance') return message;
    if (message.after > this.receivedSeq) {
      this.ask();
      return undefined;
    }
    if (message.after === this.receivedSeq) return message;
    const events = message.events.filter((event) => event.seq > this.receivedSeq);
    return { ...message, after: this.receivedSeq, seq: Math.max(message.seq, this.receivedSeq), events };
  }
}
