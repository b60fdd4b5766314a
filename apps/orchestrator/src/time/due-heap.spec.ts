import fc from 'fast-check';
import type { InstanceId } from '#libs/engine';
import { DueHeap } from './due-heap.js';

const id = (n: number): InstanceId => `i${n}` as InstanceId;

describe('DueHeap', () => {
  it('gives out exactly what is due, each instance once', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat(20))), fc.nat(60), (pairs, now) => {
        const heap = new DueHeap();
        for (const [dueAt, n] of pairs) heap.push(dueAt, id(n));
        const expected = new Set(pairs.filter(([dueAt]) => dueAt <= now).map(([, n]) => id(n)));
        expect(new Set(heap.takeDue(now, Infinity))).toEqual(expected);
        expect(heap.earliest() ?? Infinity).toBeGreaterThan(now);
      }),
    );
  });

  it('does not wake what was forgotten, and keeps one place an instance', () => {
    const heap = new DueHeap();
    for (let dueAt = 100; dueAt > 0; dueAt -= 1) heap.push(dueAt, id(1));
    heap.push(5, id(2));
    expect(heap.size).toBe(2);
    heap.forget(id(2));
    expect([heap.takeDue(200, Infinity), heap.size, heap.earliest()]).toEqual([[id(1)], 0, undefined]);
  });
});
