import { compileTemplate } from './compile-template.js';

const evaluate = (expression: string): unknown => {
  const { template, faults } = compileTemplate(`\${${expression}}`, { roots: new Set() });
  if (!template) throw new Error(JSON.stringify(faults));
  return template.evaluate({});
};

/** Days on which the clocks change: by an hour in New York and Madrid, by half an hour on Lord Howe Island. */
describe('the calendar, when the clocks change', () => {
  it.each<[what: string, expression: string, value: unknown]>([
    // New York: 8 March 2026, 02:00 becomes 03:00; 1 November 2026, 02:00 becomes 01:00
    [
      'keeps the time of day in spring',
      'addDays(date("2026-03-07T09:00", "America/New_York"), 1, "America/New_York")',
      '2026-03-08T13:00:00.000Z',
    ],
    [
      'keeps it in autumn',
      'addDays(date("2026-10-31T09:00", "America/New_York"), 1, "America/New_York")',
      '2026-11-01T14:00:00.000Z',
    ],
    ['moves a time that is skipped on by the gap', 'date("2026-03-08T02:30", "America/New_York")', '2026-03-08T07:30:00.000Z'],
    ['takes the first of a time shown twice', 'date("2026-11-01T01:30", "America/New_York")', '2026-11-01T05:30:00.000Z'],
    [
      'lands on a skipped time by days',
      'addDays(date("2026-03-07T02:30", "America/New_York"), 1, "America/New_York")',
      '2026-03-08T07:30:00.000Z',
    ],
    [
      'leaves a skipped time behind',
      'addDays(date("2026-03-07T02:30", "America/New_York"), 2, "America/New_York")',
      '2026-03-09T06:30:00.000Z',
    ],
    [
      'goes back over the change',
      'addDays(date("2026-03-09T09:00", "America/New_York"), -2, "America/New_York")',
      '2026-03-07T14:00:00.000Z',
    ],
    [
      'knows that the day has 23 hours',
      'date("2026-03-09", "America/New_York") - date("2026-03-08", "America/New_York")',
      'PT23H',
    ],
    [
      'knows that the day has 25 hours',
      'date("2026-11-02", "America/New_York") - date("2026-11-01", "America/New_York")',
      'PT25H',
    ],
    [
      'finds Monday after the change',
      'nextBusinessDay(date("2026-03-06T17:00", "America/New_York"), "America/New_York", "09:00")',
      '2026-03-09T13:00:00.000Z',
    ],
    // Madrid: 29 March 2026, 02:00 becomes 03:00; 25 October 2026, 03:00 becomes 02:00
    [
      'keeps the time of day in Madrid',
      'addDays(date("2026-03-28T08:00", "Europe/Madrid"), 1, "Europe/Madrid")',
      '2026-03-29T06:00:00.000Z',
    ],
    ['moves a skipped time on in Madrid', 'date("2026-03-29T02:15", "Europe/Madrid")', '2026-03-29T01:15:00.000Z'],
    ['takes the first in Madrid', 'date("2026-10-25T02:00", "Europe/Madrid")', '2026-10-25T00:00:00.000Z'],
    [
      'finds Monday in Madrid',
      'nextBusinessDay(date("2026-10-23T23:30", "Europe/Madrid"), "Europe/Madrid", "08:30")',
      '2026-10-26T07:30:00.000Z',
    ],
    [
      'takes the day in the zone',
      'nextBusinessDay("2026-03-29T22:30:00Z", "Europe/Madrid", "09:00")',
      '2026-03-31T07:00:00.000Z',
    ],
    // Lord Howe: 5 April 2026, 02:00 becomes 01:30; 4 October 2026, 02:00 becomes 02:30
    [
      'knows half an hour, forwards',
      'date("2026-10-05", "Australia/Lord_Howe") - date("2026-10-04", "Australia/Lord_Howe")',
      'PT23H30M',
    ],
    [
      'knows half an hour, back',
      'date("2026-04-06", "Australia/Lord_Howe") - date("2026-04-05", "Australia/Lord_Howe")',
      'PT24H30M',
    ],
    ['moves a skipped time on by half an hour', 'date("2026-10-04T02:15", "Australia/Lord_Howe")', '2026-10-03T15:45:00.000Z'],
    ['takes the first of a half hour shown twice', 'date("2026-04-05T01:45", "Australia/Lord_Howe")', '2026-04-04T14:45:00.000Z'],
    [
      'keeps the time of day on Lord Howe',
      'addDays(date("2026-04-04T09:00", "Australia/Lord_Howe"), 1, "Australia/Lord_Howe")',
      '2026-04-04T22:30:00.000Z',
    ],
    // The same instants, told by the clocks of the zone
    ['tells the hour before', 'formatDate("2026-03-08T06:59:00Z", "HH:mm xxx", "America/New_York")', '01:59 -05:00'],
    ['tells the hour after', 'formatDate("2026-03-08T07:00:00Z", "HH:mm xxx", "America/New_York")', '03:00 -04:00'],
    ['tells the first half past one', 'formatDate("2026-11-01T05:30:00Z", "HH:mm xxx", "America/New_York")', '01:30 -04:00'],
    ['tells the second half past one', 'formatDate("2026-11-01T06:30:00Z", "HH:mm xxx", "America/New_York")', '01:30 -05:00'],
    [
      'tells the half hour of Lord Howe',
      'formatDate("2026-10-03T15:30:00Z", "HH:mm xxx", "Australia/Lord_Howe")',
      '02:30 +11:00',
    ],
    ['reads hours in the zone', 'date("2026-03-29T01:30:00Z").getHours("Europe/Madrid")', 3],
    ['reads days in the zone', 'date("2026-03-29T22:30:00Z").getDate("Europe/Madrid")', 30],
  ])('%s: %s', (_what, expression, value) => {
    expect(evaluate(expression)).toBe(value);
  });
});
