import { decideBackfill } from './backfill.js';
import { Timetable } from './timetable.js';
import type { Overlap } from './trigger.js';

const HOUR = 3_600_000;
const T0 = Date.UTC(2027, 4, 1);
const hourly = new Timetable('0 * * * *', 'UTC');
const facts = (overlap: Overlap, hours: number, isRunning = false) => ({
  ...{ position: T0 - 1, until: T0 + hours * HOUR, nowMs: 5, overlap, isRunning },
});
const told = (overlap: Overlap, hours: number, isRunning = false): string[] =>
  decideBackfill(hourly, facts(overlap, hours, isRunning)).decisions.map(({ type, slot }) => `${type} ${(slot - T0) / HOUR}`);

describe('decideBackfill', () => {
  it('starts every slot of the range, its end not included, some at a time', () => {
    let [position, rounds, started] = [T0 - 1, 0, 0];
    for (let nextAt: number | undefined = 5; nextAt !== undefined; rounds++) {
      const decided = decideBackfill(hourly, { ...facts('allow', 250), position });
      started += decided.decisions.length;
      ({ position, nextAt } = decided);
    }
    expect({ started, rounds, position }).toEqual({ started: 250, rounds: 4, position: T0 + 249 * HOUR });
  });

  it.each<[Overlap, boolean, string[]]>([
    ['queueOne', false, ['start 0']],
    ['queueOne', true, []],
    ['skip', false, ['start 0', 'skip 1', 'skip 2']],
    ['cancelOld', true, ['skip 0', 'skip 1', 'start 2']],
  ])('%s, one running: %s', (overlap, isRunning, expected) => {
    expect(told(overlap, 3, isRunning)).toEqual(expected);
  });

  it('looks again while one runs that the next has to wait for', () => {
    expect(decideBackfill(hourly, facts('queueOne', 3, true))).toEqual({ decisions: [], position: T0 - 1, nextAt: 505 });
  });
});
