import type { HeldStep, WorkerAnnouncement } from '#libs/contracts';
import { WorkerDirectory } from './worker-directory.js';

const held = (token: number, startedAt: number | null): HeldStep => ({
  instanceId: '01890000-0000-7000-8000-000000000001',
  path: 'a',
  token,
  partition: 0,
  startedAt,
});
const announcement = (changes: Partial<WorkerAnnouncement> = {}): WorkerAnnouncement => ({
  v: 1,
  tenant: 'main',
  kind: 'worker',
  id: 'w1',
  session: 's',
  version: '1.0.0',
  host: 'h',
  pid: 1,
  labels: {},
  status: 'active',
  handlers: [{ queue: 'q', task: 't', concurrency: 8 }],
  concurrency: 5,
  running: 0,
  startedAt: 0,
  heartbeatMs: 2_000,
  finished: 0,
  meanMs: {},
  ...changes,
});
const { instanceId } = held(1, null);

/** Looks once a second, as the owner does. */
function passTime(directory: WorkerDirectory, fromMs: number, toMs: number): void {
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += 1_000) directory.forget(nowMs);
}

describe('WorkerDirectory', () => {
  it('counts the capacity of active workers only', () => {
    const directory = new WorkerDirectory();
    directory.hear(announcement(), 0);
    directory.hear(announcement({ id: 'w2', status: 'draining' }), 0);
    expect([directory.capacity('q', 't'), directory.isServed('t'), directory.isAlive('w2')]).toEqual([5, true, true]);
    directory.hear(announcement({ status: 'stopped' }), 0);
    expect([directory.capacity('q', 't'), directory.isServed('t'), directory.isAlive('w1')]).toEqual([0, false, false]);
  });

  it('knows what is held, and what of it has begun', () => {
    const directory = new WorkerDirectory();
    const begun: number[] = [];
    directory.onBegun((steps) => begun.push(...steps.map((step) => step.token)));
    directory.hear(announcement({ held: [held(1, 10), held(2, null)] }), 0);
    directory.hear(announcement({ begun: [held(3, 11)] }), 1);
    expect([1, 2, 3].map((token) => directory.holderOf(instanceId, token))).toEqual(['w1', 'w1', 'w1']);
    expect([1, 2, 3].map((token) => directory.runningOn(instanceId, token))).toEqual(['w1', undefined, 'w1']);
    expect(begun).toEqual([1, 3]);
    directory.hear(announcement({ held: [] }), 2);
    expect(directory.holderOf(instanceId, 1)).toBeUndefined();
  });

  it('forgets a worker after three silent heartbeats', () => {
    const directory = new WorkerDirectory();
    directory.hear(announcement(), 0);
    passTime(directory, 0, 6_000);
    expect(directory.isAlive('w1')).toBe(true);
    passTime(directory, 7_000, 7_000);
    expect(directory.isAlive('w1')).toBe(false);
  });

  it('takes a standstill of its own process for no silence of workers', () => {
    const directory = new WorkerDirectory();
    directory.setListening(0);
    directory.hear(announcement({ held: [held(1, 1)] }), 0);
    passTime(directory, 0, 2_000);
    directory.forget(12_000); // nothing was heard for 10 s, because nothing was done
    expect(directory.isAlive('w1')).toBe(true);
    expect(directory.listeningForMs(12_000)).toBe(0);
    passTime(directory, 13_000, 19_000);
    expect(directory.isAlive('w1')).toBe(false); // by now it really is silent
  });

  it('tells of changed capacity, and not of every heartbeat', () => {
    const directory = new WorkerDirectory();
    let changes = 0;
    directory.onCapacityChange(() => (changes += 1));
    directory.hear(announcement(), 0);
    directory.hear(announcement({ running: 3 }), 1);
    expect(changes).toBe(1);
    directory.hear(announcement({ concurrency: 6 }), 2);
    expect(changes).toBe(2);
  });
});
