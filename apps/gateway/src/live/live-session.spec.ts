import { jest } from '@jest/globals';
import { liveLimits, type ServerMessage, type TopicMessage } from '#libs/contracts';
import { ApiProblem } from '../http/api-problem.js';
import { LiveSession, type LiveSocket, readAgainMs } from './live-session.js';
import type { ListTopic, Outlet, TopicFactory } from './topic.js';

class FakeSocket implements LiveSocket {
  bufferedAmount = 0;
  readonly sent: ServerMessage[] = [];
  closedWith: number | undefined;
  private readonly waiting: (() => void)[] = [];

  send(text: string): void {
    this.sent.push(JSON.parse(text) as ServerMessage);
    for (const wake of this.waiting.splice(0)) wake();
  }

  close(code: number): void {
    this.closedWith = code;
  }

  async until(count: number): Promise<void> {
    while (this.sent.length < count) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}

/** A list that counts; `change` makes a delta ready. */
class CountingTopic implements ListTopic {
  forgotten = 0;
  stopped = false;
  resumed = 0;
  taken = 0;
  failsWith: Error | undefined;
  private seq = 0;

  constructor(
    private readonly ref: string,
    private readonly outlet: Outlet,
  ) {}

  start(): Promise<void> {
    this.outlet.send(this.message('snapshot'));
    return Promise.resolve();
  }

  take(): Promise<TopicMessage> {
    this.taken += 1;
    if (this.failsWith) return Promise.reject(this.failsWith);
    return Promise.resolve(this.message('delta'));
  }

  change(): void {
    this.outlet.listChanged(this);
  }

  stop(): void {
    this.stopped = true;
  }

  forget(): void {
    this.forgotten += 1;
  }

  resume(): void {
    this.resumed += 1;
  }

  private message(type: 'snapshot' | 'delta'): TopicMessage {
    return { type, topic: 'queues', ref: this.ref, seq: ++this.seq, items: [] };
  }
}

const bufferBytes = 1_024;

function open() {
  const socket = new FakeSocket();
  const topics = new Map<string, CountingTopic>();
  const clock = { nowMs: 1_000_000 };
  const errors: unknown[] = [];
  const create: TopicFactory = (_request, ref, outlet) => {
    const topic = new CountingTopic(ref, outlet);
    topics.set(ref, topic);
    return topic;
  };
  const session = new LiveSession(socket, {
    bufferBytes,
    topics: create,
    newTraceId: () => 't',
    nowMs: () => clock.nowMs,
    onError: (error) => errors.push(error),
  });
  const send = (message: unknown): void => {
    clock.nowMs += 1_000; // well below the rate
    session.receive(JSON.stringify(message));
  };
  return { socket, topics, clock, session, send, errors };
}

describe('LiveSession', () => {
  it('welcomes, then answers a subscription with its snapshot', () => {
    const { socket, send } = open();
    send({ subscribe: 'queues' });
    expect(socket.sent).toMatchObject([
      { type: 'welcome', pingMs: 15_000 },
      { type: 'snapshot', ref: 'queues', seq: 1 },
    ]);
  });

  it('replaces a subscription of the same ref', () => {
    const { topics, send } = open();
    send({ subscribe: 'queues', ref: 'q' });
    const first = topics.get('q');
    send({ subscribe: 'stats', ref: 'q' });
    expect(first?.stopped).toBe(true);
    expect(topics.get('q')?.stopped).toBe(false);
  });

  it('refuses one subscription too many', () => {
    const { socket, send } = open();
    for (let index = 0; index <= liveLimits.subscriptions; index++) send({ subscribe: 'queues', ref: `q${index}` });
    expect(socket.sent.at(-1)).toMatchObject({ type: 'error', ref: 'q100', problem: { code: 'SUBSCRIPTION_LIMIT' } });
    send({ unsubscribe: 'q0' });
    send({ subscribe: 'queues', ref: 'q100' });
    expect(socket.sent.at(-1)).toMatchObject({ type: 'snapshot', ref: 'q100' });
  });

  it('sends one message for any number of changes', async () => {
    const { socket, topics, send } = open();
    send({ subscribe: 'queues' });
    for (let index = 0; index < 1_000; index++) topics.get('queues')?.change();
    await socket.until(3);
    await new Promise((resolve) => setImmediate(resolve));
    expect(socket.sent.filter(({ type }) => type === 'delta')).toHaveLength(1);
  });

  it('drops the deltas of a slow client and goes on when it has caught up', () => {
    const { socket, topics, send, session } = open();
    send({ subscribe: 'queues' });
    socket.bufferedAmount = bufferBytes + 1;
    session.ping();
    expect(topics.get('queues')?.forgotten).toBe(1);
    expect(topics.get('queues')?.resumed).toBe(0);
    socket.bufferedAmount = 0;
    session.ping();
    expect(topics.get('queues')?.resumed).toBe(1);
    session.close();
  });

  describe('when a list cannot be read', () => {
    const away = new ApiProblem('DATABASE_UNAVAILABLE', 'expected the database to answer');
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    async function failing(error: Error) {
      const opened = open();
      opened.send({ subscribe: 'queues' });
      const topic = opened.topics.get('queues')!;
      topic.failsWith = error;
      topic.change();
      await jest.advanceTimersByTimeAsync(liveLimits.listIntervalMs);
      expect(topic.taken).toBe(1);
      return { ...opened, topic };
    }

    it('reads it again until it can be, without news, and then no more', async () => {
      const { topic, socket } = await failing(away);
      await jest.advanceTimersByTimeAsync(2 * readAgainMs + liveLimits.listIntervalMs);
      expect(topic.taken).toBe(3);
      topic.failsWith = undefined;
      await jest.advanceTimersByTimeAsync(readAgainMs + liveLimits.listIntervalMs);
      expect(socket.sent.at(-1)).toMatchObject({ type: 'delta', ref: 'queues' });
      await jest.advanceTimersByTimeAsync(10 * readAgainMs);
      expect(topic.taken).toBe(4);
    });

    it('reads it no more often because there is news meanwhile', async () => {
      const { topic } = await failing(away);
      topic.change();
      await jest.advanceTimersByTimeAsync(readAgainMs / 2);
      expect(topic.taken).toBe(2);
      await jest.advanceTimersByTimeAsync(10 * readAgainMs);
      expect(topic.taken).toBeLessThanOrEqual(2 + 10);
    });

    it('leaves what nobody wants any more', async () => {
      const { topic, send, session } = await failing(away);
      send({ unsubscribe: 'queues' });
      await jest.advanceTimersByTimeAsync(10 * readAgainMs);
      expect(topic.taken).toBe(1);
      session.close();
      const other = await failing(away);
      other.session.close();
      expect(jest.getTimerCount()).toBe(0);
    });

    it('does not ask again what was refused', async () => {
      const { topic } = await failing(new ApiProblem('PARAMETER_INVALID', 'expected another'));
      await jest.advanceTimersByTimeAsync(10 * readAgainMs);
      expect(topic.taken).toBe(1);
    });
  });

  it('stops its topics at the end', () => {
    const { topics, send, session } = open();
    send({ subscribe: 'queues' });
    session.close();
    expect(topics.get('queues')?.stopped).toBe(true);
  });

  it('refuses beyond the rate, and closes when that does not help', () => {
    const { socket, session } = open();
    for (let index = 0; index < liveLimits.messagesPerSecond + 1; index++) session.receive('{"pong":true}');
    expect(socket.sent.at(-1)).toMatchObject({ type: 'error', problem: { code: 'RATE_LIMIT' } });
    for (let index = 0; index < 250; index++) session.receive('{"pong":true}');
    expect(socket.closedWith).toBe(1008);
  });
});
