import fc from 'fast-check';
import type { InstanceId } from '#libs/engine';
import { Backlog, type QueuedStep } from './backlog.js';

const step = (token: number, facts: Partial<QueuedStep> = {}): QueuedStep => ({
  instanceId: 'i' as InstanceId,
  path: `s${token}`,
  token,
  queue: 'default',
  task: 'echo',
  lane: 'default.echo',
  priority: 0,
  key: 'orders',
  at: token,
  ...facts,
});
const id = 'i' as InstanceId;

function backlogOf(...steps: readonly QueuedStep[]): Backlog {
  const backlog = new Backlog();
  for (const one of steps) backlog.push(one);
  return backlog;
}

/** Takes out what is next, as a dispatch does. */
function takeNext(backlog: Backlog, count: number): QueuedStep[] {
  const taken = backlog.peek('default.echo', count);
  for (const { instanceId, token } of taken) backlog.remove(instanceId, token);
  return taken;
}

describe('Backlog', () => {
  it('orders by priority, then first in, first out', () => {
    const backlog = backlogOf(step(1), step(2, { priority: 5 }), step(3), step(4, { priority: 5 }));
    expect(backlog.peek('default.echo', 3).map((one) => one.token)).toEqual([2, 4, 1]);
  });

  it('lets keys take turns, however many steps of one wait', () => {
    const many = Array.from({ length: 100 }, (_, token) => step(token));
    const backlog = backlogOf(...many, step(100, { key: 'mail' }), step(101, { key: 'mail' }));
    expect(takeNext(backlog, 1).map((one) => one.token)).toEqual([0]);
    expect(takeNext(backlog, 4).map((one) => one.token)).toEqual([100, 1, 101, 2]);
  });

  it('gives a key no turn for having emptied and come back', () => {
    const backlog = backlogOf(step(1, { key: 'a' }), step(2, { key: 'b' }), step(3, { key: 'b' }));
    expect(takeNext(backlog, 1)[0]!.key).toBe('a');
    backlog.push(step(4, { key: 'a' }));
    expect(takeNext(backlog, 2).map((one) => one.token)).toEqual([2, 4]);
  });

  it('forgets what was taken out and empty lanes', () => {
    const backlog = backlogOf(step(1));
    expect(backlog.remove(id, 1)).toBe(true);
    expect(backlog.remove(id, 1)).toBe(false);
    expect(backlog.laneNames()).toEqual([]);
    expect([backlog.size, backlog.sizeOf('queue', 'default')]).toEqual([0, 0]);
  });

  it('knows the oldest step of a lane over all priorities and keys', () => {
    const backlog = backlogOf(step(7, { priority: 9 }), step(3, { key: 'b' }), step(5));
    expect(backlog.oldestAt('default.echo')).toBe(3);
  });

  it('counts the steps of a queue and of a task over all lanes', () => {
    const backlog = backlogOf(
      step(1),
      step(2, { task: 'mail', lane: 'default.mail' }),
      step(3, { queue: 'slow', lane: 'slow.echo' }),
    );
    expect([backlog.sizeOf('queue', 'default'), backlog.sizeOf('task', 'echo')]).toEqual([2, 2]);
  });

  it('never lets a key have two turns while another of the same priority waits, and loses nothing', () => {
    const moves = fc.array(
      fc.oneof(
        fc.record({ key: fc.constantFrom('a', 'b', 'c'), priority: fc.nat(2) }),
        fc.record({ cancel: fc.nat(80) }),
        fc.record({ take: fc.integer({ min: 1, max: 4 }) }),
      ),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(moves, (all) => {
        const backlog = new Backlog();
        const waiting = new Map<number, QueuedStep>();
        let token = 0;
        const takeOne = (): void => {
          const [next] = takeNext(backlog, 1);
          if (next === undefined) return;
          const rivals = [...waiting.values()];
          expect(Math.max(...rivals.map((one) => one.priority))).toBe(next.priority);
          const own = rivals.filter((one) => one.priority === next.priority && one.key === next.key);
          expect(Math.min(...own.map((one) => one.token))).toBe(next.token);
          waiting.delete(next.token);
        };
        for (const move of all) {
          if ('key' in move) {
            const one = step((token += 1), move);
            backlog.push(one);
            waiting.set(token, one);
          } else if ('cancel' in move) expect(backlog.remove(id, move.cancel)).toBe(waiting.delete(move.cancel));
          else for (let count = 0; count < move.take; count += 1) takeOne();
          expect(backlog.size).toBe(waiting.size);
          expect(backlog.peek('default.echo', 1_000).length).toBe(waiting.size);
        }
        const turns = takeNext(backlog, 1_000);
        for (const [place, one] of turns.entries()) {
          const again = turns.findIndex((other, at) => at > place && other.key === one.key && other.priority === one.priority);
          const between = new Set(turns.slice(place + 1, again).map((other) => other.key));
          const rivals = turns.slice(again + 1).filter((other) => again > 0 && other.priority === one.priority);
          for (const rival of rivals) if (rival.key !== one.key) expect(between.has(rival.key)).toBe(true);
        }
      }),
    );
  });

  it('takes 100,000 steps of 20,000 keys out one by one, each at the same cost', () => {
    const backlog = backlogOf(...Array.from({ length: 100_000 }, (_, token) => step(token, { key: `k${token % 20_000}` })));
    for (let left = 100_000; left > 0; left -= 1) takeNext(backlog, 1); // a search through what has left would take minutes
    expect(backlog.size).toBe(0);
  });
});
