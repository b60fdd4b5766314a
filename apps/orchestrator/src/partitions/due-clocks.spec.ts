import { setImmediate as turn } from 'node:timers/promises';
import type { InstanceId } from '#libs/engine';
import type { DueWakeup } from '#libs/persistence';
import { DueClocks } from './due-clocks.js';
import type { PartitionServices } from './partition-services.js';

const id = (n: number): InstanceId => String(n).padStart(5, '0') as InstanceId;

/** Clocks over wake-up rows in memory; `reads` counts the pages that were read. */
function clocksOver(rows: readonly DueWakeup[]) {
  const seen = { nowMs: 1_000, reads: 0, changes: 0 };
  const isAfter = (row: DueWakeup, after: DueWakeup | null): boolean =>
    after === null || row.dueAt > after.dueAt || (row.dueAt === after.dueAt && row.id > after.id);
  const dueWakeups = async (_from: number, _to: number, untilMs: number, after: DueWakeup | null, limit: number) => {
    seen.reads += 1;
    return rows.filter((row) => row.dueAt <= untilMs && isAfter(row, after)).slice(0, limit);
  };
  const services = {
    store: { dueWakeups },
    clock: { nowMs: () => seen.nowMs },
    config: { partitions: 1, remindWithinMs: 10_000 },
  } as unknown as PartitionServices;
  return { seen, clocks: new DueClocks(0, services, () => (seen.changes += 1)) };
}

describe('DueClocks', () => {
  it('finds what nobody reminded it of, a little ahead, and lets it fire in time', async () => {
    const { seen, clocks } = clocksOver([
      { id: id(1), dueAt: 900 },
      { id: id(2), dueAt: 1_500 },
      { id: id(3), dueAt: 60_000 },
    ]);
    await clocks.sweep();
    expect(clocks.take(10)).toEqual([id(1)]);
    expect(clocks.earliest()).toBe(1_500);
    seen.nowMs = 1_500;
    expect(clocks.take(10)).toEqual([id(2)]);
    expect(clocks.earliest()).toBeUndefined();
  });

  it('remembers what is due soon, and leaves what is due later to the sweep', () => {
    const { seen, clocks } = clocksOver([]);
    clocks.remind(id(1), 5_000);
    clocks.remind(id(2), 20_000);
    expect([clocks.earliest(), seen.changes]).toEqual([5_000, 1]);
    clocks.forget(id(1));
    expect(clocks.earliest()).toBeUndefined();
  });

  it('reads thousands that are due at once page by page, each once, without waiting for the next sweep', async () => {
    const { seen, clocks } = clocksOver(Array.from({ length: 5_000 }, (_, n) => ({ id: id(n), dueAt: 500 })));
    await clocks.sweep();
    expect(seen.reads).toBe(1);
    await clocks.sweep();
    expect(seen.reads).toBe(1); // what was found has not fired yet
    const fired: InstanceId[] = [];
    for (let turns = 0; turns < 40; turns += 1) {
      fired.push(...clocks.take(500));
      await turn();
    }
    expect(fired).toHaveLength(5_000);
    expect(new Set(fired).size).toBe(5_000);
    expect(seen.reads).toBe(3);
  });
});
