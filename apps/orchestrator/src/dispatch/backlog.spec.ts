import type { InstanceId } from '#libs/engine';
import { Backlog, type QueuedStep } from './backlog.js';

const step = (token: number, priority = 0, lane = 'default.echo'): QueuedStep => ({
  instanceId: 'i' as InstanceId,
  path: `s${token}`,
  token,
  queue: 'default',
  task: 'echo',
  lane,
  priority,
  at: token,
});

describe('Backlog', () => {
  it('orders by priority, then first in, first out', () => {
    const backlog = new Backlog();
    for (const one of [step(1), step(2, 5), step(3), step(4, 5)]) backlog.push(one);
    expect(backlog.peek('default.echo', 3).map((one) => one.token)).toEqual([2, 4, 1]);
  });

  it('forgets what was taken out and empty lanes', () => {
    const backlog = new Backlog();
    backlog.push(step(1));
    expect(backlog.remove('i' as InstanceId, 1)).toBe(true);
    expect(backlog.remove('i' as InstanceId, 1)).toBe(false);
    expect(backlog.laneNames()).toEqual([]);
    expect(backlog.size).toBe(0);
  });

  it('knows the oldest step of a lane over all priorities', () => {
    const backlog = new Backlog();
    for (const one of [step(7, 9), step(3), step(5)]) backlog.push(one);
    expect(backlog.oldestAt('default.echo')).toBe(3);
  });
});
