import type { StepLog } from '@contracts/rest/logs';
import { emptyLog, filterLines, takeLines } from './log-lines';

const line = (id: number, level: StepLog['level'] = 'info', text = `line ${id}`): StepLog => ({
  id,
  path: 'each/0/x',
  attempt: 1,
  no: id,
  level,
  text,
  at: '2026-11-21T08:00:00.000Z',
});

describe('takeLines', () => {
  it('takes each line once, and changes nothing when none is new', () => {
    const log = takeLines(takeLines(emptyLog, [line(1), line(2)]), [line(2), line(3)]);
    expect(log).toMatchObject({ after: 3, isCut: false });
    expect(log.lines.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(takeLines(log, [line(3)])).toBe(log);
  });

  it('keeps the last 5,000, and says so', () => {
    const log = takeLines(
      emptyLog,
      Array.from({ length: 5_001 }, (_, index) => line(index + 1)),
    );
    expect([log.lines.length, log.lines[0]?.id, log.isCut]).toEqual([5_000, 2, true]);
  });
});

describe('filterLines', () => {
  const lines = [line(1, 'debug'), line(2, 'warn', 'Low on paper'), line(3, 'error', 'gone')];
  const ids = (...filter: [Parameters<typeof filterLines>[1], string]) => filterLines(lines, ...filter).map(({ id }) => id);
  it('shows a level and what is graver', () =>
    expect([ids('debug', ''), ids('warn', '')]).toEqual([
      [1, 2, 3],
      [2, 3],
    ]));
  it('finds text, and the step it is of', () => expect([ids('debug', 'PAPER'), ids('warn', 'each/0')]).toEqual([[2], [2, 3]]));
});
