import { clientMessageSchema, liveLimits, type ServerMessage, type Subscribe, type TopicMessage } from '#libs/contracts';
import { ApiProblem } from '../http/api-problem.js';
import { classifyError } from '../http/classify-error.js';
import { parseRequestJson } from '../http/request-json.js';
import { checkBody } from '../http/validation.pipe.js';
import { toIso } from '../http/times.js';
import { MessageRate } from './message-rate.js';
import type { ListTopic, Outlet, Topic, TopicFactory } from './topic.js';

/** What a session needs of a WebSocket. */
export interface LiveSocket {
  readonly bufferedAmount: number;
  send(text: string): void;
  close(code: number, reason: string): void;
}

export interface SessionOptions {
  /** Unsent bytes beyond which the client counts as slow. */
  readonly bufferBytes: number;
  readonly topics: TopicFactory;
  readonly newTraceId: () => string;
  readonly nowMs: () => number;
  /** Errors of ours, for the log. */
  readonly onError: (error: unknown, traceId: string) => void;
}

const policyViolation = 1008;
/** Until a list that could not be read is read again: consoles are to be right 2 s after an outage. */
export const readAgainMs = 1_000;

/** One client of `/live`: its subscriptions, its rate and what it is able to take. Knows neither Nest nor `ws`. */
export class LiveSession {
  private readonly topics = new Map<string, Topic>();
  private readonly waiting = new Set<ListTopic>();
  private readonly rate = new MessageRate(liveLimits.messagesPerSecond);
  private isSlow = false;
  private isClosed = false;
  private isTaking = false;
  private lastListAt = -Infinity;
  private timer: NodeJS.Timeout | undefined;
  /** Could not be read; no news need follow, so they are read again by themselves. */
  private readonly unread = new Set<ListTopic>();
  private unreadTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: LiveSocket,
    private readonly options: SessionOptions,
  ) {
    this.write({ type: 'welcome', time: toIso(options.nowMs()), pingMs: liveLimits.pingMs });
  }

  /** A frame arrived. Whatever it holds, this neither throws nor rejects. */
  receive(text: string): void {
    const verdict = this.rate.count(this.options.nowMs());
    if (verdict === 'close') return this.socket.close(policyViolation, 'too many messages');
    try {
      if (verdict === 'refuse')
        throw new ApiProblem(
          'RATE_LIMIT',
          `expected at most ${liveLimits.messagesPerSecond} messages a second, but there were more`,
        );
      this.handle(text);
    } catch (error) {
      this.tellError(error, null);
    }
  }

  ping(): void {
    this.write({ type: 'ping', time: toIso(this.options.nowMs()) });
    this.checkPace();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    clearTimeout(this.unreadTimer);
    for (const topic of this.topics.values()) topic.stop();
    this.topics.clear();
    this.waiting.clear();
    this.unread.clear();
  }

  private handle(text: string): void {
    const message = checkBody(clientMessageSchema, parseRequestJson(text));
    if ('subscribe' in message) this.subscribe(message);
    else if ('unsubscribe' in message) this.unsubscribe(message.unsubscribe);
  }

  private subscribe(request: Subscribe): void {
    const ref = request.ref ?? (request.subscribe === 'instance' ? `instance:${request.id}` : request.subscribe);
    this.drop(ref);
    if (this.topics.size >= liveLimits.subscriptions) {
      this.tellError(
        new ApiProblem('SUBSCRIPTION_LIMIT', `expected at most ${liveLimits.subscriptions} subscriptions, but this is one more`),
        ref,
      );
      return;
    }
    const topic = this.options.topics(request, ref, this.outletOf(ref));
    this.topics.set(ref, topic);
    topic.start().catch((error: unknown) => this.fail(ref, topic, error));
  }

  private unsubscribe(ref: string): void {
    this.drop(ref);
    this.write({ type: 'unsubscribed', ref });
  }

  private drop(ref: string): void {
    const topic = this.topics.get(ref);
    if (!topic) return;
    topic.stop();
    this.topics.delete(ref);
    this.waiting.delete(topic as ListTopic);
    this.unread.delete(topic as ListTopic);
  }

  private fail(ref: string, topic: Topic, error: unknown): void {
    if (this.topics.get(ref) !== topic) return;
    this.drop(ref);
    this.tellError(error, ref);
  }

  private outletOf(ref: string): Outlet {
    return {
      send: (message) => this.sendTopic(message),
      listChanged: (topic) => {
        this.waiting.add(topic);
        this.schedule();
      },
      fail: (error) => {
        const topic = this.topics.get(ref);
        if (topic) this.fail(ref, topic, error);
      },
    };
  }

  private sendTopic(message: TopicMessage): boolean {
    if (this.isSlow || this.isClosed) return false;
    this.write(message);
    this.checkPace();
    return true;
  }

  /** Beyond the buffer nothing more is written; lists lose their deltas (and get a snapshot), streams go on from their seq. */
  private checkPace(): void {
    const { bufferedAmount } = this.socket;
    const { bufferBytes } = this.options;
    if (!this.isSlow && bufferedAmount > bufferBytes) {
      this.isSlow = true;
      for (const topic of this.topics.values()) if ('forget' in topic) (topic as ListTopic).forget();
      this.schedule();
    } else if (this.isSlow && bufferedAmount < bufferBytes / 4) {
      this.isSlow = false;
      for (const topic of this.topics.values()) topic.resume();
    }
  }

  private schedule(): void {
    if (this.timer || this.isClosed || this.isTaking) return;
    const wait = Math.max(0, this.lastListAt + liveLimits.listIntervalMs - this.options.nowMs());
    this.timer = setTimeout(() => void this.takeNext(), wait);
  }

  /** One list message, of the topic that has waited longest. */
  private async takeNext(): Promise<void> {
    this.timer = undefined;
    this.checkPace();
    if (this.isClosed || this.isSlow) return this.retryWhenSlow();
    const [topic] = this.waiting;
    if (!topic) return;
    this.waiting.delete(topic);
    this.unread.delete(topic);
    this.isTaking = true;
    try {
      const message = await topic.take();
      if (message && this.sendTopic(message)) this.lastListAt = this.options.nowMs();
    } catch (error) {
      if (this.tellError(error, null) >= 500) this.readAgain(topic);
    } finally {
      this.isTaking = false;
    }
    if (this.waiting.size > 0) this.schedule();
  }

  private retryWhenSlow(): void {
    if (this.isClosed) return;
    this.timer = setTimeout(() => void this.takeNext(), liveLimits.listIntervalMs);
  }

  private readAgain(topic: ListTopic): void {
    if (![...this.topics.values()].includes(topic)) return; // left while it was read
    this.unread.add(topic);
    if (this.unreadTimer) return;
    this.unreadTimer = setTimeout(() => {
      this.unreadTimer = undefined;
      for (const each of this.unread) this.waiting.add(each);
      this.unread.clear();
      if (this.waiting.size > 0) this.schedule();
    }, readAgainMs).unref();
  }

  /** @returns the status of the problem */
  private tellError(error: unknown, ref: string | null): number {
    const problem = classifyError(error);
    const traceId = this.options.newTraceId();
    if (problem.status >= 500) this.options.onError(problem.cause ?? problem, traceId);
    this.write({ type: 'error', ref, problem: problem.body(traceId) });
    return problem.status;
  }

  private write(message: ServerMessage): void {
    if (!this.isClosed) this.socket.send(JSON.stringify(message));
  }
}
