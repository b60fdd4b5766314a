import type { TopicMessage } from '#libs/contracts';
import type { ListTopic, Outlet } from './topic.js';

export interface WholeTopicOptions<T> {
  readonly outlet: Outlet;
  readonly load: () => Promise<T>;
  readonly message: (type: 'snapshot' | 'delta', seq: number, content: T) => TopicMessage;
  /** Calls back when the content may have changed; returns the function that ends it. */
  readonly onChange: (changed: () => void) => () => void;
  /** Least time between two messages, ms. */
  readonly everyMs: number;
}

/** A topic small enough to be sent whole each time, and only when it differs from what was sent last. */
export class WholeTopic<T> implements ListTopic {
  private seq = 0;
  private sent = '';
  private sentAt = -Infinity;
  private end: (() => void) | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: WholeTopicOptions<T>) {}

  async start(): Promise<void> {
    this.end = this.options.onChange(() => this.changed());
    this.options.outlet.send(await this.next('snapshot'));
  }

  stop(): void {
    this.end?.();
    clearTimeout(this.timer);
  }

  forget(): void {
    this.sent = '';
  }

  resume(): void {
    this.options.outlet.listChanged(this);
  }

  async take(): Promise<TopicMessage | undefined> {
    const before = this.sent;
    const message = await this.next(before === '' ? 'snapshot' : 'delta');
    return this.sent === before ? undefined : message;
  }

  private changed(): void {
    if (this.timer) return;
    const wait = Math.max(0, this.sentAt + this.options.everyMs - Date.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.options.outlet.listChanged(this);
    }, wait);
  }

  private async next(type: 'snapshot' | 'delta'): Promise<TopicMessage> {
    const content = await this.options.load();
    this.sent = JSON.stringify(content);
    this.sentAt = Date.now();
    return this.options.message(type, ++this.seq, content);
  }
}
