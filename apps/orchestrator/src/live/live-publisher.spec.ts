import { jest } from '@jest/globals';
import type { LiveEnds, LiveHeads } from '#libs/contracts';
import type { OutgoingMessage, PublishOutcome, Transport } from '#libs/messaging';
import type { HeadUpdate, InstanceHead } from '#libs/persistence';
import { LivePublisher } from './live-publisher.js';

const head = (id: string): InstanceHead =>
  ({ id, definition: 'order', version: '1.0.0', key: null, createdAt: 1 }) as unknown as InstanceHead;
const update = (id: string, seq: number, endedAt: number | null = null): HeadUpdate =>
  ({ id, seq, status: endedAt === null ? 'running' : 'completed', endedAt, error: null }) as unknown as HeadUpdate;

describe('LivePublisher', () => {
  let sent: OutgoingMessage[];
  let state: Transport['state'];
  let outcome: PublishOutcome;
  let live: LivePublisher;
  const told = <T>(key: string): T[] =>
    sent.filter(({ routingKey }) => routingKey === key).map(({ content }) => JSON.parse(content.toString()) as T);
  const heads = (): [string, number][][] => told<LiveHeads>('heads').map(({ items }) => items.map(({ id, seq }) => [id, seq]));
  const ends = (): string[][] => told<LiveEnds>('ends').map(({ items }) => items);
  const note = (id: string, seq: number, endedAt?: number): void => live.note(0, head(id), update(id, seq, endedAt));
  const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    jest.useFakeTimers();
    [sent, state, outcome] = [[], 'connected', 'confirmed'];
    const publish = (messages: OutgoingMessage[]): Promise<PublishOutcome[]> => {
      sent.push(...messages);
      return Promise.resolve(messages.map((message) => (message.mandatory === true ? outcome : 'confirmed')));
    };
    live = new LivePublisher({
      publish,
      get state() {
        return state;
      },
    } as unknown as Transport);
  });
  afterEach(() => jest.useRealTimers());

  it('tells the first change after a pause at once, and the last state of each instance after that', async () => {
    note('a', 1);
    await pass(0);
    note('a', 2);
    note('b', 1);
    note('a', 3);
    await pass(249);
    expect(heads()).toEqual([[['a', 1]]]);
    await pass(1);
    expect(heads()).toEqual([[['a', 1]], [['a', 3], ['b', 1]]]); // prettier-ignore
  });

  it('tells that an instance has ended without waiting for the rest of the interval, how it ended with the other heads', async () => {
    note('a', 1);
    await pass(0);
    note('b', 1);
    note('a', 2, 99);
    await pass(10);
    expect([heads().slice(1), ends()]).toEqual([[], [['a']]]);
    await pass(240);
    expect([heads().slice(1), ends()]).toEqual([[[['b', 1], ['a', 2]]], [['a']]]); // prettier-ignore
  });

  it('sends one head a turn while it comes back, ends in full, and all heads from the first that found a queue', async () => {
    outcome = 'returned';
    for (const id of ['a', 'b', 'c']) note(id, 1);
    await pass(1);
    note('a', 2, 99);
    note('b', 2, 99);
    await pass(250);
    expect([heads(), ends()]).toEqual([[[['a', 1]], [['a', 2]]], [['a', 'b']]]);
    outcome = 'confirmed';
    for (const id of ['c', 'd', 'e']) note(id, 3);
    await pass(250);
    for (const id of ['c', 'd', 'e']) note(id, 4);
    await pass(250);
    expect(heads().slice(2)).toEqual([[['c', 3]], [['d', 3], ['e', 3]], [['c', 4], ['d', 4], ['e', 4]]]); // prettier-ignore
  });

  it('tells the rest, and goes on, when a head got no answer', async () => {
    note('a', 1);
    await pass(0);
    outcome = 'unconfirmed';
    for (const id of ['a', 'b', 'c']) note(id, 2);
    await pass(250);
    for (const id of ['a', 'b']) note(id, 3);
    await pass(250);
    expect(heads().slice(1)).toEqual([[['a', 2], ['b', 2], ['c', 2]], [['a', 3], ['b', 3]]]); // prettier-ignore
  });

  it('says nothing, and keeps nothing, while the broker is away', async () => {
    state = 'disconnected';
    note('a', 1);
    await pass(1_000);
    state = 'connected';
    note('b', 1);
    await pass(1_000);
    expect(heads()).toEqual([[['b', 1]]]);
  });

  it('leaves no timer behind', () => {
    note('a', 1);
    live.stop();
    expect(jest.getTimerCount()).toBe(0);
  });
});
