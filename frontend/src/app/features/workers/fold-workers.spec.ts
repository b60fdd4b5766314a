import type { TopicMessage } from '@contracts/live/protocol';
import type { Queue, Worker } from '@contracts/rest/capacity';
import { emptyCapacity, foldCapacity, isUnserved, waitingSteps } from './fold-workers';

const worker = (id: string, running = 0): Worker => ({ id, host: 'h', running }) as Worker;
const head = { ref: 'r', seq: 1 };
const ids = (message: TopicMessage, capacity = emptyCapacity): string =>
  foldCapacity(capacity, message)
    .workers.map(({ id, running }) => `${id}:${running}`)
    .join(' ');

describe('foldCapacity', () => {
  const before = foldCapacity(emptyCapacity, { type: 'snapshot', topic: 'workers', ...head, items: [worker('b'), worker('a')] });
  it('keeps workers in order', () => expect(before.workers.map(({ id }) => id)).toEqual(['a', 'b']));
  it('changes, adds and removes', () => {
    expect(
      ids({ type: 'delta', topic: 'workers', ...head, changed: [worker('b', 4), worker('c')], removed: ['a'] }, before),
    ).toBe('b:4 c:0');
  });
  it('a snapshot forgets what was', () =>
    expect(ids({ type: 'snapshot', topic: 'workers', ...head, items: [worker('z')] }, before)).toBe('z:0'));
});

describe('a queue', () => {
  const queue = (more: Partial<Queue>): Queue => ({
    queue: 'default',
    task: 't',
    queued: 0,
    sent: 0,
    ready: 0,
    running: 0,
    workers: 1,
    slots: 1,
    oldestAt: null,
    settings: null,
    inUse: 0,
    limit: null,
    ...more,
  });
  it('counts what waits in backlog and broker', () =>
    expect(waitingSteps(queue({ queued: 4, ready: 3, sent: 5, running: 2 }))).toBe(7));
  it('estimates while the broker does not say', () =>
    expect(waitingSteps(queue({ queued: 4, ready: null, sent: 5, running: 2 }))).toBe(7));
  it('is unserved only when something waits', () => {
    expect(isUnserved(queue({ workers: 0 }))).toBe(false);
    expect(isUnserved(queue({ workers: 0, queued: 1 }))).toBe(true);
  });
});
