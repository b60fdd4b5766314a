import { noFilters } from '../instances/filters';
import { confirmation, isOpenJob, progressOf, toBulkFilter, toggledId, withRange } from './bulk';

const now = Date.UTC(2026, 10, 21, 9);

describe('toBulkFilter', () => {
  it('says what the list shows, with the time worked out', () =>
    expect(
      toBulkFilter({ ...noFilters, status: ['failed'], definition: ['order', 'refund'], since: '1h', id: '0199' }, now),
    ).toEqual({
      filter: { status: ['failed'], definition: ['order', 'refund'], from: '2026-11-21T08:00:00.000Z', idPrefix: '0199' },
    }));
  it('is refused when nothing is narrowed', () =>
    expect(toBulkFilter(noFilters, now)).toMatchObject({ whyNot: expect.stringMatching(/every instance/) }));
});

describe('confirmation', () => {
  it.each([
    ['pause', 100, undefined],
    ['pause', 101, '101'],
    ['cancel', 2, '2'],
  ] as const)('of %s of %d is %s', (action, count, text) => expect(confirmation(action, count)).toBe(text));
});

describe('a job', () => {
  const total = (count: number) => ({ count, atLeast: false });
  it.each([
    [
      { total: total(4), done: 1, failed: 1 },
      { done: 0.25, failed: 0.25 },
    ],
    [
      { total: total(0), done: 0, failed: 0 },
      { done: 0, failed: 0 },
    ],
    [
      { total: total(2), done: 3, failed: 1 },
      { done: 0.75, failed: 0.25 },
    ],
  ])('%j has come %j of the way', (job, parts) => expect(progressOf(job)).toEqual(parts));
  it('is open until it has stopped or completed', () =>
    expect((['running', 'stopping', 'stopped', 'completed'] as const).map((status) => isOpenJob({ status }))).toEqual([
      true,
      true,
      false,
      false,
    ]));
});

describe('a selection', () => {
  it('takes one in and out', () => {
    expect([...toggledId(new Set(['a']), 'b')]).toEqual(['a', 'b']);
    expect([...toggledId(new Set(['a', 'b']), 'a')]).toEqual(['b']);
  });
  it.each([
    [1, 3],
    [3, 1],
  ])('takes in all from %d to %d', (from, to) =>
    expect([...withRange(new Set(['e']), ['a', 'b', 'c', 'd', 'e'], from, to)]).toEqual(['e', 'b', 'c', 'd']),
  );
});
