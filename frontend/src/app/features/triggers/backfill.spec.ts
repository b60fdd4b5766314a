import { confirmation, daysBack, instantOf, localMinute, rangeFault } from './backfill';

const now = Date.UTC(2026, 10, 21, 9, 30, 42);

describe('a range to backfill', () => {
  it('is written as the box of a time wants it, to the minute, and read back', () =>
    expect(instantOf(localMinute(now))).toBe('2026-11-21T09:30:00.000Z'));
  it('begins with the days that are past', () => {
    const { from, to } = daysBack(now, 2);
    expect(Date.parse(instantOf(to)) - Date.parse(instantOf(from))).toBe(2 * 86_400_000);
  });
  it.each([
    ['2026-11-20T09:00', '2026-11-21T09:00', undefined],
    ['2026-11-21T09:00', '2026-11-21T09:00', /after the beginning/],
    ['', '2026-11-21T09:00', /Both ends/],
    ['yesterday', '2026-11-21T09:00', /Both ends/],
  ])('from %j to %j', (from, to, words) => {
    if (words === undefined) expect(rangeFault({ from, to })).toBeUndefined();
    else expect(rangeFault({ from, to })).toMatch(words);
  });
  it.each([
    [100, undefined],
    [101, '101'],
  ])('of %d slots is confirmed by %s', (slots, text) => expect(confirmation(slots)).toBe(text));
});
