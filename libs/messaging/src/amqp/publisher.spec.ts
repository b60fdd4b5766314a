import { EventEmitter } from 'node:events';
import { jest } from '@jest/globals';
import type { ConfirmChannel } from 'amqplib';
import type { OutgoingMessage } from '../transport.js';
import { amqpSettings, type AmqpTransportOptions } from './amqp-options.js';
import { laneOf, Publishers } from './publishers.js';

type Answer = (error: unknown) => void;

/** A confirm channel whose broker answers when the test says so. */
class FakeChannel extends EventEmitter {
  readonly sent: { content: string; appId?: string; answer: Answer }[] = [];
  isWritable = true;

  publish(_exchange: string, _key: string, content: Buffer, options: { appId?: string }, answer: Answer): boolean {
    this.sent.push({ content: content.toString(), appId: options.appId, answer });
    return this.isWritable;
  }

  confirm(from: number, to = from): void {
    for (const { answer } of this.sent.slice(from, to + 1)) answer(null);
  }

  /** As amqplib does: the error, the close, then every answer still due. */
  die(error?: Error): void {
    if (error !== undefined) this.emit('error', error);
    this.emit('close');
    for (const { answer } of this.sent) answer(new Error('channel closed'));
  }

  close(): Promise<void> {
    this.emit('close');
    return Promise.resolve();
  }
}

const message = (content: string, mandatory = true): OutgoingMessage => ({
  exchange: 'orquestra.steps',
  routingKey: 'default.mail',
  content: Buffer.from(content),
  mandatory,
});

function setUp(options: Partial<AmqpTransportOptions> = {}, opening: () => Promise<void> = async () => undefined) {
  const channels: FakeChannel[] = [];
  const dead: string[] = [];
  const refused: unknown[] = [];
  const publisher = new Publishers(amqpSettings({ url: 'amqp://nowhere', ...options }), {
    openChannel: async () => {
      await opening();
      const channel = new FakeChannel();
      channels.push(channel);
      return channel as unknown as ConfirmChannel;
    },
    onRefused: async (error) => void refused.push(error),
    onDead: (error) => dead.push(error.message),
  });
  const channel = (at = 0): FakeChannel => channels[at] ?? raise(`expected channel ${at} to be open`);
  return { publisher, channel, channels, dead, refused };
}

function raise(text: string): never {
  throw new Error(text);
}

describe('Publishers', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());
  const settle = (ms = 0): Promise<void> => jest.advanceTimersByTimeAsync(ms);

  it('keeps no more than its share on the wire', async () => {
    const { publisher, channel } = setUp({ maxOutstanding: 3 });
    const outcomes = publisher.publish(['a', 'b', 'c', 'd', 'e'].map((text) => message(text)));
    await settle();
    expect(channel().sent.map(({ content }) => content)).toEqual(['a', 'b', 'c']);
    channel().confirm(1);
    expect(channel().sent.map(({ content }) => content)).toEqual(['a', 'b', 'c', 'd']);
    channel().confirm(0);
    channel().confirm(2, 4);
    expect(await outcomes).toEqual(Array(5).fill('confirmed'));
  });

  it('keeps no more bytes than its share on the wire', async () => {
    const { publisher, channel } = setUp({ maxOutstandingBytes: 10 });
    void publisher.publish([message('123456'), message('123456'), message('last')]);
    await settle();
    expect(channel().sent).toHaveLength(2);
    channel().confirm(0);
    expect(channel().sent).toHaveLength(3);
    publisher.end();
  });

  it('stops when the socket takes no more, and goes on when it drains', async () => {
    const { publisher, channel } = setUp();
    await publisher.publish([]);
    void publisher.publish([message('a')]);
    await settle();
    channel().isWritable = false;
    void publisher.publish([message('b'), message('c')]);
    expect(channel().sent).toHaveLength(2);
    channel().isWritable = true;
    channel().emit('drain');
    expect(channel().sent).toHaveLength(3);
    publisher.end();
  });

  it('takes a return for what it is, although its confirm is positive', async () => {
    const { publisher, channel } = setUp();
    const outcomes = publisher.publish([message('a'), message('b'), message('b')]);
    await settle();
    channel().emit('return', { properties: { appId: channel().sent[1]?.appId } });
    channel().confirm(0, 2);
    expect(await outcomes).toEqual(['confirmed', 'returned', 'confirmed']);
  });

  it('does not wait for a confirm longer than its time-out, and ignores it afterwards', async () => {
    const { publisher, channel, dead } = setUp({ confirmTimeoutMs: 1_000 });
    const outcomes = publisher.publish([message('a'), message('b')]);
    await settle(600);
    channel().confirm(0);
    await settle(400);
    expect(await outcomes).toEqual(['confirmed', 'unconfirmed']);
    expect(dead).toEqual([]);
    channel().confirm(1);
    await publisher.idle();
  });

  it('takes a new channel when nothing at all was confirmed on the old one for that long', async () => {
    const { publisher, channel, channels, dead } = setUp({ confirmTimeoutMs: 1_000 });
    const outcomes = publisher.publish([message('a')]);
    await settle(1_000);
    expect(await outcomes).toEqual(['unconfirmed']);
    expect(channels).toHaveLength(2);
    const next = publisher.publish([message('b')]);
    channel(1).confirm(0);
    expect(await next).toEqual(['confirmed']);
    expect(dead).toEqual([]);
  });

  it('calls the connection dead when it gives no channel for that long', async () => {
    const { publisher, dead } = setUp({ confirmTimeoutMs: 1_000 }, () => new Promise(() => undefined));
    const outcomes = publisher.publish([message('a')]);
    await settle(1_000);
    expect(await outcomes).toEqual(['unconfirmed']);
    expect(dead).toHaveLength(1);
  });

  it('does not let a queue that never answers hold up the others', async () => {
    const { publisher, channels } = setUp();
    const keys = Array.from({ length: 8 }, (_, n) => `p.${n}`);
    expect(new Set(keys.map(laneOf)).size).toBe(8);
    const stuck = publisher.publish([{ ...message('a'), routingKey: 'p.0' }]);
    const free = publisher.publish([{ ...message('b'), routingKey: 'p.1' }]);
    await settle();
    channels.find(({ sent }) => sent[0]?.content === 'b')?.confirm(0);
    expect(await free).toEqual(['confirmed']);
    publisher.end();
    expect(await stuck).toEqual(['unconfirmed']);
  });

  it('writes nothing under an alarm, lets what waits expire, and does not blame the connection', async () => {
    const { publisher, channel, dead } = setUp({ confirmTimeoutMs: 1_000 });
    const first = publisher.publish([message('a')]);
    await settle();
    channel().confirm(0);
    await first;
    publisher.block(true);
    const during = publisher.publish([message('b')]);
    await settle(1_000);
    expect(await during).toEqual(['unconfirmed']);
    expect(dead).toEqual([]);
    const after = publisher.publish([message('c')]);
    publisher.block(false);
    expect(channel().sent.map(({ content }) => content)).toEqual(['a', 'c']);
    channel().confirm(1);
    expect(await after).toEqual(['confirmed']);
  });

  it('leaves open what was on a refused channel, mends, and sends what waited on the next', async () => {
    const { publisher, channel, refused } = setUp({ maxOutstanding: 1 });
    const outcomes = publisher.publish([message('a'), message('b')]);
    await settle();
    const refusal = new Error('no exchange');
    channel().die(refusal);
    await settle(1);
    expect(refused).toEqual([refusal]);
    expect(channel(1).sent.map(({ content }) => content)).toEqual(['b']);
    channel(1).confirm(0);
    expect(await outcomes).toEqual(['unconfirmed', 'confirmed']);
  });

  it('takes a new channel when one queue leaves too many messages unanswered', async () => {
    const { publisher, channel, channels, dead } = setUp({ confirmTimeoutMs: 1_000, maxOutstanding: 4 });
    const silent = publisher.publish([message('a'), message('b'), message('c')]);
    await settle(900);
    const lively = publisher.publish([message('d')]);
    await settle();
    channel().confirm(3);
    await settle(100);
    expect(await silent).toEqual(Array(3).fill('unconfirmed'));
    expect(await lively).toEqual(['confirmed']);
    expect(dead).toEqual([]);
    const next = publisher.publish([message('e')]);
    await settle();
    expect(channels).toHaveLength(2);
    channel(1).confirm(0);
    expect(await next).toEqual(['confirmed']);
  });

  it('settles everything when the connection ends, and refuses what comes later', async () => {
    const { publisher, channel } = setUp({ maxOutstanding: 1 });
    const outcomes = publisher.publish([message('a'), message('b')]);
    await settle();
    publisher.end();
    channel().die();
    expect(await outcomes).toEqual(['unconfirmed', 'unconfirmed']);
    expect(await publisher.publish([message('c')])).toEqual(['unconfirmed']);
    await publisher.idle();
  });

  it('reports what AMQP cannot express without losing count', async () => {
    const faults: unknown[] = [];
    const { publisher, channel } = setUp({ onFault: (error) => faults.push(error) });
    void publisher.publish([message('a')]);
    await settle();
    const broken = new Error('a routing key of 300 bytes');
    jest.spyOn(channel(), 'publish').mockImplementationOnce(() => {
      throw broken;
    });
    const outcomes = publisher.publish([message('b'), message('c')]);
    channel().confirm(0, 1);
    expect(await outcomes).toEqual(['unconfirmed', 'confirmed']);
    expect(faults).toEqual([broken]);
    await publisher.idle();
  });
});
