import { clockChanges, localTime } from './clock-changes.js';
import { clockWarnings } from './clock-warnings.js';

const from = Date.UTC(2027, 0, 1);

describe('clockChanges', () => {
  it.each([
    ['America/New_York', ['2027-03-14T07:00:00.000Z', '2027-11-07T06:00:00.000Z']],
    ['Europe/Madrid', ['2027-03-28T01:00:00.000Z', '2027-10-31T01:00:00.000Z']],
    ['Australia/Lord_Howe', ['2027-04-03T15:00:00.000Z', '2027-10-02T15:30:00.000Z']],
    ['UTC', []],
  ])('of %s', (zone, expected) => {
    const changes = clockChanges(zone, from, Date.UTC(2028));
    expect(changes.map(({ at }) => new Date(at).toISOString())).toEqual(expected);
  });
});

it('a local time carries its offset', () => {
  expect(localTime(from, 'Australia/Lord_Howe')).toBe('2027-01-01T11:00:00+11:00');
  expect(localTime(from, 'America/St_Johns')).toBe('2026-12-31T20:30:00-03:30');
});

describe('clockWarnings', () => {
  it.each([
    [
      '30 2 * * *',
      'America/New_York',
      ['On 2027-03-14 there is no 02:30 in America/New_York: the clocks go forward then. It is due at 03:00.'],
    ],
    [
      '30 1 * * *',
      'America/New_York',
      ['On 2027-11-07 there is 01:30 twice in America/New_York: the clocks go back then. It is due the first time.'],
    ],
    [
      '15 2 * * *',
      'Australia/Lord_Howe',
      ['On 2027-10-03 there is no 02:15 in Australia/Lord_Howe: the clocks go forward then. It is due at 02:30.'],
    ],
    ['0 9 * * *', 'Europe/Madrid', []],
    ['30 2 * * MON', 'Europe/Madrid', []],
    ['30 * * * *', 'Europe/Madrid', []],
    ['30 2 * * *', 'UTC', []],
  ])('%s in %s', (cron, zone, expected) => {
    expect(clockWarnings(cron, zone, from)).toEqual(expected);
  });
});
