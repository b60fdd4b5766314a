import type { InstanceId } from '#libs/engine';
import { UnsentEvents } from './unsent-events.js';

const id = 'i1' as InstanceId;
const row = (token: number) => ({ instanceId: id, token, isEvent: true, partition: 3, tries: 1, retryAt: 0 });

describe('UnsentEvents', () => {
  it('waits twice as long after each failure, at most 15 s, and gives up in the end', () => {
    const unsent = new UnsentEvents();
    const waits: number[] = [];
    while (unsent.add(id, 2, 0)) waits.push(unsent.takeRows(3, 0, 100).unsent[0]!.retryAt - 100);
    expect(waits.slice(0, 6)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    expect(waits).toHaveLength(20);
    expect(unsent.takeRows(3, 0, 0)).toEqual({ unsent: [], unsentDone: [{ instanceId: id, token: 2 }] });
  });

  it('hands each out once until its outcome is known', () => {
    const unsent = new UnsentEvents();
    unsent.add(id, 2, 0);
    expect(unsent.due(999, 10)).toEqual([]);
    expect(unsent.due(1_000, 10)).toMatchObject([{ seq: 2 }]);
    expect(unsent.due(9_000, 10)).toEqual([]);
    unsent.add(id, 2, 9_000);
    expect(unsent.due(11_000, 10)).toMatchObject([{ seq: 2 }]);
  });

  it('remembers only so many, writes all down, and reads the rest back when there is room', () => {
    const unsent = new UnsentEvents();
    const count = UnsentEvents.remembered + 10;
    for (let seq = 1; seq <= count; seq += 1) unsent.add(id, seq, 0);
    expect(unsent.takeRows(3, 0, 0).unsent).toHaveLength(count);
    expect(unsent.due(1_000, count)).toHaveLength(UnsentEvents.remembered);
    expect(unsent.wantsMore).toBe(false);
    for (let seq = 1; seq <= UnsentEvents.remembered; seq += 1) unsent.settle(id, seq);
    expect(unsent.wantsMore).toBe(false); // the store still has those that are done with
    unsent.takeRows(3, 0, 0);
    expect(unsent.wantsMore).toBe(true);
    unsent.adopt([row(count)], 0);
    expect([unsent.wantsMore, unsent.due(0, 10)]).toMatchObject([false, [{ seq: count }]]);
  });

  it('settles what it never knew without a trace', () => {
    const unsent = new UnsentEvents();
    unsent.settle(id, 9);
    expect(unsent.hasUnwritten).toBe(false);
  });
});
