import { NextLook } from './next-look.js';

describe('NextLook', () => {
  it('asks once a second while nothing is due, in time when something will be, and at once while more is', async () => {
    const seen = { nowMs: 0, inMs: Infinity, asked: 0 };
    const look = new NextLook(
      () => {
        seen.asked += 1;
        return Promise.resolve(seen.inMs);
      },
      () => seen.nowMs,
    );
    const at = async (nowMs: number, inMs: number): Promise<[boolean, number]> => {
      Object.assign(seen, { nowMs, inMs });
      return [await look.isDue(), seen.asked];
    };
    expect(await at(0, Infinity)).toEqual([false, 1]);
    expect(await at(250, 0)).toEqual([false, 1]);
    expect(await at(1_000, 300)).toEqual([false, 2]);
    expect(await at(1_250, 50)).toEqual([false, 2]);
    expect(await at(1_300, 0)).toEqual([true, 3]);
    expect(await at(1_300, -20)).toEqual([true, 4]);
    expect(await at(1_550, 5_000)).toEqual([false, 5]);
    expect(await at(2_540, 0)).toEqual([false, 5]);
    expect(await at(2_550, 0)).toEqual([true, 6]);
  });
});
