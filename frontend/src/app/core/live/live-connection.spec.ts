import { jest } from '@jest/globals';
import { TestBed } from '@angular/core/testing';
import type { TopicMessage } from '@contracts/live/protocol';
import { LiveConnection } from './live-connection';

/** A socket whose other end is the test. */
class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  readonly sent: Record<string, unknown>[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: () => void;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  tell(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const last = (): FakeSocket => FakeSocket.all.at(-1)!;
const flush = (): void => void jest.advanceTimersByTime(20); // one animation frame
const events = (...seqs: number[]) => seqs.map((seq) => ({ seq }));

describe('LiveConnection', () => {
  const realSocket = globalThis.WebSocket;
  let live: LiveConnection;
  let applied: TopicMessage[][];
  let since: number;

  beforeEach(() => {
    jest.useFakeTimers();
    FakeSocket.all = [];
    globalThis.WebSocket = FakeSocket as unknown as typeof WebSocket;
    live = TestBed.inject(LiveConnection);
    [applied, since] = [[], 0];
  });
  afterEach(() => {
    TestBed.resetTestingModule();
    globalThis.WebSocket = realSocket;
    jest.useRealTimers();
  });

  const followInstance = (): string => {
    live.subscribe({
      request: () => ({ subscribe: 'instance', id: 'i-1', since }),
      apply: (messages) => applied.push([...messages]),
    });
    return 'c1';
  };
  const stream = (type: string, after: number, ...seqs: number[]) => ({
    type,
    topic: 'instance',
    id: 'i-1',
    ref: 'c1',
    after,
    seq: seqs.at(-1) ?? after,
    events: events(...seqs),
  });

  it('subscribes once the socket is open, and says what it knows already', () => {
    followInstance();
    expect(last().sent).toEqual([]);
    since = 7;
    last().open();
    expect(last().sent).toEqual([{ subscribe: 'instance', id: 'i-1', since: 7, ref: 'c1' }]);
  });

  it('hands over all messages of one animation frame at once', () => {
    followInstance();
    last().open();
    last().tell(stream('snapshot', 0, 1));
    last().tell(stream('delta', 1, 2));
    expect(applied).toHaveLength(0);
    flush();
    expect(applied.map((batch) => batch.length)).toEqual([2]);
  });

  it('asks again with since when a message is missing, and ignores what follows until the answer', () => {
    followInstance();
    last().open();
    last().tell(stream('snapshot', 0, 1));
    flush();
    since = 1;
    last().tell(stream('delta', 2, 3)); // 2 is missing
    last().tell(stream('delta', 3, 4));
    flush();
    expect(last().sent.slice(1)).toEqual([{ subscribe: 'instance', id: 'i-1', since: 1, ref: 'c1' }]);
    expect(applied).toHaveLength(1);
    last().tell(stream('snapshot', 1, 2, 3, 4));
    flush();
    expect(applied).toHaveLength(2);
  });

  it('notices a gap in the numbers of a list', () => {
    live.subscribe({ request: () => ({ subscribe: 'stats' }), apply: (messages) => applied.push([...messages]) });
    last().open();
    const stats = (type: string, seq: number) => ({ type, topic: 'stats', ref: 'c1', seq, overview: {} });
    for (const message of [stats('snapshot', 5), stats('delta', 6), stats('delta', 8)]) last().tell(message);
    expect(last().sent).toHaveLength(2);
  });

  it('holds back while paused, counts, and applies in order afterwards', () => {
    followInstance();
    last().open();
    last().tell(stream('snapshot', 0, 1));
    flush();
    live.setPaused(true);
    last().tell(stream('delta', 1, 2));
    last().tell(stream('delta', 2, 3));
    flush();
    expect([applied.length, live.heldBack()]).toEqual([1, 2]);
    live.setPaused(false);
    expect(applied[1]?.map(({ seq }) => seq)).toEqual([2, 3]);
    expect(live.heldBack()).toBe(0);
  });

  it('reconnects by itself and subscribes again with what it has', () => {
    followInstance();
    last().open();
    last().tell(stream('snapshot', 0, 1));
    flush();
    since = 1;
    last().close();
    expect(live.state().phase).toBe('reconnecting');
    jest.advanceTimersByTime(600);
    expect(FakeSocket.all).toHaveLength(2);
    last().open();
    expect(last().sent).toEqual([{ subscribe: 'instance', id: 'i-1', since: 1, ref: 'c1' }]);
  });

  it('asks by REST when the socket cannot be had', async () => {
    let polls = 0;
    live.subscribe({ request: () => ({ subscribe: 'stats' }), apply: () => undefined, poll: () => Promise.resolve(polls++) });
    for (let attempt = 0; attempt < 3; attempt++) {
      last().close();
      await jest.advanceTimersByTimeAsync(3_000);
    }
    expect(polls).toBeGreaterThan(0);
    expect(live.state().phase).toBe('polling');
  });

  it('is stale when nothing is heard for longer than a ping takes', () => {
    last().open();
    jest.advanceTimersByTime(22_000);
    expect(live.state().phase).toBe('stale');
    last().tell({ type: 'ping', time: new Date().toISOString() });
    expect(live.state().phase).toBe('live');
  });

  it('takes a subscription back', () => {
    const end = live.subscribe({ request: () => ({ subscribe: 'queues' }), apply: () => undefined });
    last().open();
    end();
    expect(last().sent.at(-1)).toEqual({ unsubscribe: 'c1' });
  });
});
