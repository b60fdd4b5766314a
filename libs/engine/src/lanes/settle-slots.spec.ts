import fc from 'fast-check';
import { settleSlots, type SlotRow } from './settle-slots.js';

const claim = (partition: number, demand: number, held = 0, cap = 0) => ({ partition, demand, held, cap });

describe('settleSlots', () => {
  it('gives a partition alone the whole limit, and what is idle nothing', () => {
    expect(settleSlots(5, [], [claim(0, 9), claim(1, 0)], 0)).toEqual([
      { partition: 0, granted: 5, demand: 9, cap: 5 },
      { partition: 1, granted: 0, demand: 0, cap: 0 },
    ]);
  });

  it('takes slots back in two steps: first it is told to keep below, then what it says it will not use is free', () => {
    const rows = [{ partition: 0, granted: 4, demand: 9 }];
    const [first, second] = settleSlots(4, rows, [claim(0, 9, 4, 4), claim(1, 9)], 0);
    expect(first).toMatchObject({ granted: 4, cap: 2 });
    expect(second).toMatchObject({ granted: 0, cap: 0 });
    const later = settleSlots(4, [first!, second!], [claim(0, 9, 2, 2), claim(1, 9)], 0);
    expect(later.map(({ granted, cap }) => [granted, cap])).toEqual([
      [2, 2],
      [2, 2],
    ]);
  });

  it('lets what is out end when the limit is lowered, and dispatches nothing meanwhile', () => {
    const rows = [{ partition: 0, granted: 5, demand: 9 }];
    expect(settleSlots(2, rows, [claim(0, 9, 5, 5)], 0)[0]).toMatchObject({ granted: 5, cap: 2 });
  });

  it('never grants what a partition has that nobody speaks for', () => {
    const rows = [{ partition: 7, granted: 3, demand: 3 }];
    expect(settleSlots(4, rows, [claim(0, 9)], 0)[0]).toMatchObject({ granted: 1 });
  });

  it('keeps what is out below the limit whoever asks, dies, is taken over or ends work in which order, and leaves no slot unused', () => {
    const moves = fc.array(
      fc.record({ partition: fc.nat(3), do: fc.constantFrom('settle', 'send', 'end', 'takeOver', 'hear'), work: fc.nat(6) }),
      { maxLength: 120 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), moves, (limit, all) => {
        const rows = new Map<number, SlotRow>();
        const parts = [0, 1, 2, 3].map(() => ({ held: 0, cap: 0, waiting: 0, answer: undefined as number | undefined }));
        const claimOf = (partition: number) => {
          const { held, cap, waiting } = parts[partition]!;
          return { partition, held, cap, demand: held + waiting };
        };
        const settle = (partition: number, turn: number): number => {
          const [grant] = settleSlots(limit, [...rows.values()], [claimOf(partition)], turn);
          rows.set(partition, grant!);
          return grant!.cap;
        };
        all.forEach(({ partition, do: what, work }, turn) => {
          const part = parts[partition]!;
          if (what === 'settle') {
            part.waiting = work;
            part.answer = settle(partition, turn); // on its way
          } else if (what === 'hear' && part.answer !== undefined) part.cap = part.answer;
          else if (what === 'end' && part.held > 0) part.held -= 1;
          else if (what === 'takeOver') Object.assign(part, { cap: 0, answer: undefined });
          else if (what === 'send' && part.held < part.cap) part.held += 1;
          if (part.answer !== undefined && what === 'settle' && part.answer < part.cap) part.cap = part.answer; // lower at once
          expect(parts.reduce((sum, { held }) => sum + held, 0)).toBeLessThanOrEqual(limit);
        });
        for (const part of parts) part.held = 0;
        parts[0]!.waiting = limit;
        for (const part of parts.slice(1)) part.waiting = 0;
        for (let turn = 0; turn < 2; turn += 1)
          [1, 2, 3, 0].forEach((partition) => (parts[partition]!.cap = settle(partition, turn)));
        expect(parts[0]!.cap).toBe(limit);
      }),
      { numRuns: 500 },
    );
  });
});
