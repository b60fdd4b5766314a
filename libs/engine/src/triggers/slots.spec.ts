import fc from 'fast-check';
import { COUNTED_AT_MOST, decideSlots, type ScheduleFacts, type SlotDecision, SLOTS_AT_ONCE } from './slots.js';
import { Timetable } from './timetable.js';
import type { Overlap } from './trigger.js';

const MINUTE = 60_000;
const YEAR = 365 * 86_400_000;
const T0 = Date.UTC(2027, 4, 1);
const minutely = new Timetable('* * * * *', 'UTC');
const each = new Timetable('* * * * * *', 'UTC');

class CountingTimetable extends Timetable {
  asked = 0;

  override next(afterMs: number): number | undefined {
    this.asked += 1;
    return super.next(afterMs);
  }
}

const schedule = (overlap: Overlap = 'allow', catchUpMs = MINUTE, jitterMs = 0) => ({ overlap, catchUpMs, jitterMs });
const facts = (more: Partial<ScheduleFacts>): ScheduleFacts => ({ position: T0, nowMs: T0, isRunning: false, ...more });
const told = (decisions: readonly SlotDecision[]) =>
  decisions.map(
    (one) =>
      `${one.type} ${(one.slot - T0) / MINUTE}${one.type === 'missed' ? ` to ${(one.until - T0) / MINUTE}: ${one.count}` : ''}`,
  );

describe('decideSlots', () => {
  it('does nothing before the first slot, and says when that is', () => {
    expect(decideSlots(schedule(), minutely, facts({ nowMs: T0 + 59_999 }), () => 0)).toEqual({
      decisions: [],
      position: T0,
      nextAt: T0 + MINUTE,
    });
  });

  it('starts a slot when it has come, and never again', () => {
    const first = decideSlots(schedule(), minutely, facts({ nowMs: T0 + MINUTE }), () => 0);
    expect(told(first.decisions)).toEqual(['start 1']);
    const again = decideSlots(schedule(), minutely, facts({ position: first.position, nowMs: T0 + MINUTE }), () => 0);
    expect(again).toEqual({ decisions: [], position: T0 + MINUTE, nextAt: T0 + 2 * MINUTE });
  });

  it('catches up with what is not too late, and tells the rest together', () => {
    const late = decideSlots(schedule('allow', 2 * MINUTE), minutely, facts({ nowMs: T0 + 10 * MINUTE + 5 }), () => 0);
    expect(told(late.decisions)).toEqual(['missed 1 to 8: 8', 'start 9', 'start 10']);
    expect(late.nextAt).toBe(T0 + 11 * MINUTE);
  });

  it('starts what is a moment late though nothing is to be caught up', () => {
    const late = decideSlots(schedule('allow', 0), minutely, facts({ nowMs: T0 + MINUTE + 1_500 }), () => 0);
    expect(told(late.decisions)).toEqual(['start 1']);
    const tooLate = decideSlots(schedule('allow', 0), minutely, facts({ nowMs: T0 + MINUTE + 2_500 }), () => 0);
    expect(told(tooLate.decisions)).toEqual(['missed 1 to 1: 1']);
  });

  it.each<[Overlap, boolean, string[]]>([
    ['allow', true, ['start 1', 'start 2', 'start 3']],
    ['skip', false, ['start 1', 'skip 2', 'skip 3']],
    ['skip', true, ['skip 1', 'skip 2', 'skip 3']],
    ['queueOne', false, ['start 1', 'queue 2', 'skip 3']],
    ['queueOne', true, ['queue 1', 'skip 2', 'skip 3']],
    ['cancelOld', true, ['skip 1', 'skip 2', 'start 3']],
  ])('%s, one running: %s', (overlap, isRunning, expected) => {
    const decided = decideSlots(schedule(overlap, 9 * MINUTE), minutely, facts({ nowMs: T0 + 3 * MINUTE, isRunning }), () => 0);
    expect(told(decided.decisions)).toEqual(expected);
    expect(decided.decisions.some((one) => one.type === 'start' && one.cancelsOld)).toBe(overlap === 'cancelOld');
  });

  it('starts a queued slot when what it waits for has ended, and looks for that', () => {
    const waiting = decideSlots(schedule('queueOne'), minutely, facts({ nowMs: T0 + 1, isRunning: true, queued: T0 }), () => 0);
    expect(waiting).toEqual({ decisions: [], position: T0, nextAt: T0 + 501 });
    const released = decideSlots(schedule('queueOne'), minutely, facts({ nowMs: T0 + 1, queued: T0 }), () => 0);
    expect(released.decisions).toMatchObject([{ type: 'start', slot: T0, wasQueued: true }]);
    expect(released.nextAt).toBe(T0 + MINUTE);
  });

  it('spreads starts by their jitter; the slot stays', () => {
    const { decisions } = decideSlots(schedule('allow', MINUTE, 10_000), minutely, facts({ nowMs: T0 + MINUTE }), () => 0.5);
    expect(decisions).toMatchObject([{ slot: T0 + MINUTE, startAt: T0 + MINUTE + 5_000 }]);
  });

  it('computes a bounded number of slots when the clock jumps ahead by a year', () => {
    const table = new CountingTimetable('* * * * * *', 'UTC');
    const { decisions, nextAt } = decideSlots(schedule(), table, facts({ nowMs: T0 + YEAR }), () => 0);
    expect(table.asked).toBeLessThan(COUNTED_AT_MOST + SLOTS_AT_ONCE); // of seconds there are 31 millions
    expect(decisions[0]).toMatchObject({ type: 'missed', slot: T0 + 1_000, count: COUNTED_AT_MOST, isMore: true });
    expect(decisions.filter(({ type }) => type === 'start')).toHaveLength(61);
    expect(nextAt).toBe(T0 + YEAR + 1_000);
  });

  it('bounds what it catches up with at once, and goes on at the next look', () => {
    const first = decideSlots(schedule('allow', YEAR), each, facts({ nowMs: T0 + 250_000 }), () => 0);
    expect(first.decisions).toHaveLength(SLOTS_AT_ONCE);
    expect(first).toMatchObject({ position: T0 + 100_000, nextAt: T0 + 250_000 });
  });

  it('goes on at once, and not in a circle, when the clock is put back', () => {
    const { decisions, position, nextAt } = decideSlots(schedule(), minutely, facts({ position: T0 + 60 * MINUTE }), () => 0);
    expect({ decisions, position, nextAt }).toEqual({ decisions: [], position: T0, nextAt: T0 + MINUTE });
  });

  it('decides every slot once and in order, however often and how unsteadily it is asked', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 20 * MINUTE }), { minLength: 1, maxLength: 30 });
    const overlaps = fc.constantFrom<Overlap>('allow', 'skip', 'queueOne', 'cancelOld');
    fc.assert(
      fc.property(steps, overlaps, fc.integer({ min: 0, max: 5 * MINUTE }), fc.boolean(), (waits, overlap, catchUpMs, runs) => {
        let [nowMs, position] = [T0, T0];
        const decided: number[] = [];
        for (const wait of waits) {
          nowMs += wait;
          const { decisions, ...rest } = decideSlots(
            schedule(overlap, catchUpMs),
            minutely,
            { position, nowMs, isRunning: runs },
            () => 0,
          );
          for (const one of decisions)
            decided.push(...(one.type === 'missed' ? minutely.between(one.slot - 1, one.until + 1, 1_000) : [one.slot]));
          position = rest.position;
          expect(rest.nextAt).toBeGreaterThan(nowMs);
        }
        expect(decided).toEqual(minutely.between(T0, nowMs + 1, 1_000));
      }),
    );
  });
});
