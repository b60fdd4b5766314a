import type { HeldStep, WorkerAnnouncement } from '#libs/contracts';
import { QueueBoard, tasksOf } from './queue-board.js';
import { WorkerRegistry } from './worker-registry.js';

const instanceId = '0199a0b1-7c3d-7e4f-8a5b-6c7d8e9f0a1b';
const held = (token: number, startedAt: number | null = 5): HeldStep => ({
  instanceId,
  path: `s${token}`,
  token,
  partition: 0,
  startedAt,
});
const announcement = (facts: Partial<WorkerAnnouncement> = {}): WorkerAnnouncement => ({
  v: 1,
  tenant: 'main',
  kind: 'worker',
  id: 'w',
  session: 's-1',
  version: '1',
  host: 'h',
  pid: 1,
  labels: {},
  status: 'active',
  handlers: [{ queue: 'default', task: 'echo', concurrency: 10 }],
  concurrency: 20,
  running: 0,
  startedAt: 0,
  heartbeatMs: 2_000,
  finished: 0,
  meanMs: { echo: 4 },
  ...facts,
});

describe('WorkerRegistry', () => {
  it('counts a worker as lost after three silent heartbeats, and forgets it ten minutes later', () => {
    const registry = new WorkerRegistry();
    registry.hear(announcement(), 1_000);
    expect(registry.find('w', 7_000)?.status).toBe('active');
    expect(registry.isServed('echo', 7_000)).toBe(true);
    expect(registry.find('w', 7_001)?.status).toBe('lost');
    expect(registry.isServed('echo', 7_001)).toBe(false);
    expect(registry.prune(601_000)).toEqual([]);
    expect(registry.prune(601_001)).toEqual(['w']);
    expect(registry.list(601_001)).toEqual([]);
  });

  it('counts as many silent heartbeats as it is told to', () => {
    const registry = new WorkerRegistry(10);
    registry.hear(announcement(), 0);
    expect([registry.find('w', 20_000)?.status, registry.find('w', 20_001)?.status]).toEqual(['active', 'lost']);
  });

  it('tells what is free; of a worker that does not say, what it does not run', () => {
    const registry = new WorkerRegistry();
    registry.hear(announcement({ running: 3 }), 0);
    expect(registry.find('w', 0)).toMatchObject({ freeSlots: 17, memory: null });
    registry.hear(announcement({ running: 1, freeSlots: 12, memory: { total: 100, free: 40 } }), 1);
    expect(registry.find('w', 1)).toMatchObject({ running: 1, freeSlots: 12, memory: { total: 100, free: 40 } });
  });

  it('knows what runs: begun steps at once, the rest with each heartbeat', () => {
    const registry = new WorkerRegistry();
    registry.hear(announcement({ held: [held(1), held(2, null)] }), 0);
    expect([...registry.running(instanceId, 0).keys()]).toEqual([1]);
    expect(registry.hear(announcement({ begun: [held(2)] }), 1).instances).toEqual(new Set([instanceId]));
    expect([...registry.running(instanceId, 1).keys()]).toEqual([1, 2]);
    expect(registry.hear(announcement({ held: [] }), 2).instances).toEqual(new Set([instanceId]));
    expect(registry.running(instanceId, 2).size).toBe(0);
  });

  it('drops what an earlier session held', () => {
    const registry = new WorkerRegistry();
    registry.hear(announcement({ held: [held(1)] }), 0);
    const { instances } = registry.hear(announcement({ session: 's-2' }), 1);
    expect(instances).toEqual(new Set([instanceId]));
    expect(registry.running(instanceId, 1).size).toBe(0);
  });

  it('tells a task of one queue from the same task of another', () => {
    const registry = new WorkerRegistry();
    registry.hear(announcement(), 0);
    expect(registry.isServed('echo', 0, 'default')).toBe(true);
    expect(registry.isServed('echo', 0, 'slow')).toBe(false);
  });

  it('takes a stopped worker as gone', () => {
    const registry = new WorkerRegistry();
    registry.hear(announcement({ status: 'stopped' }), 0);
    expect(registry.liveCount(1)).toBe(0);
    expect(registry.find('w', 60_000)?.status).toBe('stopped');
  });
});

describe('QueueBoard', () => {
  const item = (queued: number, sent: number, oldestAt: number | null) => ({
    queue: 'default',
    task: 'echo',
    queued,
    sent,
    oldestAt,
  });
  const message = (partition: number, ...items: ReturnType<typeof item>[]) =>
    ({ v: 1, tenant: 'main', kind: 'queues', partition, items }) as const;

  it('sums over partitions, the last word of each counting', () => {
    const board = new QueueBoard();
    board.hear(message(0, item(9, 9, 1)));
    board.hear(message(0, item(1, 5, 2_000)));
    board.hear(message(1, item(2, 3, 1_000)));
    expect(board.list([announcement()], new Map([['default.echo', 6]]))).toEqual([
      {
        queue: 'default',
        task: 'echo',
        queued: 3,
        sent: 8,
        ready: 6,
        running: 2,
        workers: 1,
        slots: 10,
        oldestAt: '1970-01-01T00:00:01.000Z',
      },
    ]);
    expect(board.backlog()).toEqual({ queued: 3, oldestAt: 1_000 });
  });

  it('shows a queue nobody waits in, because a worker serves it', () => {
    expect(new QueueBoard().list([announcement()], new Map())).toMatchObject([
      { task: 'echo', queued: 0, ready: null, slots: 10 },
    ]);
  });
});

it('tasksOf counts workers and slots once each', () => {
  const both = [announcement(), announcement({ id: 'x', concurrency: 4, meanMs: { echo: 8 } })];
  expect(tasksOf(both)).toEqual([{ task: 'echo', queues: ['default'], workers: 2, slots: 14, meanMs: 6 }]);
});
