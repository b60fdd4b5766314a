import { jest } from '@jest/globals';
import type { LiveHeads } from '#libs/contracts';
import type { OutgoingMessage, Transport } from '#libs/messaging';
import type { HeadUpdate, InstanceHead } from '#libs/persistence';
import { LivePublisher } from './live-publisher.js';

const head = (id: string): InstanceHead =>
  ({ id, definition: 'order', version: '1.0.0', key: null, createdAt: 1 }) as unknown as InstanceHead;
const update = (id: string, seq: number, endedAt: number | null = null): HeadUpdate =>
  ({ id, seq, status: endedAt === null ? 'running' : 'completed', endedAt, error: null }) as unknown as HeadUpdate;

describe('LivePublisher', () => {
  let sent: OutgoingMessage[];
  let state: Transport['state'];
  let live: LivePublisher;
  const heads = (): [string, number][][] =>
    sent.map(({ content }) => (JSON.parse(content.toString()) as LiveHeads).items.map(({ id, seq }) => [id, seq]));
  const note = (id: string, seq: number, endedAt?: number): void => live.note(0, head(id), update(id, seq, endedAt));

  beforeEach(() => {
    jest.useFakeTimers();
    [sent, state] = [[], 'connected'];
    const publish = (messages: OutgoingMessage[]): Promise<[]> => {
      sent.push(...messages);
      return Promise.resolve([]);
    };
    live = new LivePublisher({
      publish,
      get state() {
        return state;
      },
    } as unknown as Transport);
  });
  afterEach(() => jest.useRealTimers());

  it('tells the first change after a pause at once, and the last state of each instance after that', () => {
    note('a', 1);
    jest.advanceTimersByTime(0);
    note('a', 2);
    note('b', 1);
    note('a', 3);
    jest.advanceTimersByTime(249);
    expect(heads()).toEqual([[['a', 1]]]);
    jest.advanceTimersByTime(1);
    expect(heads()).toEqual([[['a', 1]], [['a', 3], ['b', 1]]]); // prettier-ignore
  });

  it('tells the end of an instance without waiting for the rest of the interval', () => {
    note('a', 1);
    jest.advanceTimersByTime(0);
    note('a', 2, 99);
    jest.advanceTimersByTime(10);
    expect(heads().at(-1)).toEqual([['a', 2]]);
  });

  it('tells an end alone: what else has changed waits for its turn, and what ended is not told twice', () => {
    note('a', 1);
    jest.advanceTimersByTime(0);
    note('b', 1);
    note('c', 1);
    note('c', 2, 99);
    jest.advanceTimersByTime(10);
    expect(heads().slice(1)).toEqual([[['c', 2]]]);
    jest.advanceTimersByTime(240);
    expect(heads().slice(2)).toEqual([[['b', 1]]]);
  });

  it('says nothing, and keeps nothing, while the broker is away', () => {
    state = 'disconnected';
    note('a', 1);
    jest.advanceTimersByTime(1_000);
    state = 'connected';
    note('b', 1);
    jest.advanceTimersByTime(1_000);
    expect(heads()).toEqual([[['b', 1]]]);
  });

  it('leaves no timer behind', () => {
    note('a', 1);
    live.stop();
    expect(jest.getTimerCount()).toBe(0);
  });
});
