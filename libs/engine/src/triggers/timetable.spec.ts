import fc from 'fast-check';
import { Timetable } from './timetable.js';

/** Local times of all slots between two instants. */
function slots(cron: string, zone: string, from: string, to: string): string[] {
  const local = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  return new Timetable(cron, zone)
    .between(Date.parse(from) - 1, Date.parse(to), 1_000)
    .map((ms) => `${new Date(ms).toISOString().slice(11, 16)}Z ${local.format(ms).slice(8, 16)}`);
}

/** UTC and the day and time on the wall. New York and Madrid shift by an hour, Lord Howe by half of one, in the other half of the year. */
describe('a timetable on the days clocks change', () => {
  it.each([
    [
      'a time of day that is skipped comes when it has been skipped',
      '30 2 * * *',
      'America/New_York',
      '2027-03-13T12:00Z',
      '2027-03-15T12:00Z',
      ['07:00Z 14 03:00', '06:30Z 15 02:30'],
    ],
    [
      'one that comes twice comes the first time',
      '30 1 * * *',
      'America/New_York',
      '2027-11-06T12:00Z',
      '2027-11-08T12:00Z',
      ['05:30Z 07 01:30', '06:30Z 08 01:30'],
    ],
    [
      'each hour comes in each hour that passes, in spring',
      '0 * * * *',
      'America/New_York',
      '2027-03-14T05:30Z',
      '2027-03-14T09:00Z',
      ['06:00Z 14 01:00', '07:00Z 14 03:00', '08:00Z 14 04:00'],
    ],
    [
      'each hour comes in each hour that passes, in autumn',
      '0 * * * *',
      'America/New_York',
      '2027-11-07T04:30Z',
      '2027-11-07T08:00Z',
      ['05:00Z 07 01:00', '06:00Z 07 01:00', '07:00Z 07 02:00'],
    ],
    [
      'Madrid in spring',
      '30 2 * * *',
      'Europe/Madrid',
      '2027-03-27T12:00Z',
      '2027-03-29T12:00Z',
      ['01:00Z 28 03:00', '00:30Z 29 02:30'],
    ],
    [
      'Madrid in autumn',
      '30 2 * * *',
      'Europe/Madrid',
      '2027-10-30T12:00Z',
      '2027-11-01T12:00Z',
      ['00:30Z 31 02:30', '01:30Z 01 02:30'],
    ],
    [
      'Lord Howe in spring: half an hour is skipped',
      '15 2 * * *',
      'Australia/Lord_Howe',
      '2027-10-02T12:00Z',
      '2027-10-04T12:00Z',
      ['15:30Z 03 02:30', '15:15Z 04 02:15'],
    ],
    [
      'Lord Howe in autumn: half an hour comes twice',
      '45 1 * * *',
      'Australia/Lord_Howe',
      '2027-04-03T12:00Z',
      '2027-04-05T12:00Z',
      ['14:45Z 04 01:45', '15:15Z 05 01:45'],
    ],
    [
      'Lord Howe in autumn, every quarter',
      '*/15 * * * *',
      'Australia/Lord_Howe',
      '2027-04-03T14:40Z',
      '2027-04-03T15:40Z',
      ['14:45Z 04 01:45', '15:00Z 04 01:30', '15:15Z 04 01:45', '15:30Z 04 02:00'],
    ],
  ])('%s', (_what, cron, zone, from, to, expected) => {
    expect(slots(cron, zone, from, to)).toEqual(expected);
  });
});

describe('a timetable', () => {
  it('has seconds when it has six fields', () => {
    const table = new Timetable('*/20 * * * * *', 'UTC');
    expect(table.between(0, 61_000, 9)).toEqual([20_000, 40_000, 60_000]);
  });

  it.each(['* * *', '* * * * * * 2030', '', '61 * * * *', '2027-01-01T00:00:00'])('refuses %j', (cron) => {
    expect(() => new Timetable(cron, 'UTC')).toThrow();
  });

  it('only ever moves on, whatever the zone and the moment', () => {
    const crons = ['* * * * * *', '*/7 * * * *', '30 2 * * *', '0 0 31 * *', '15 1,2,3 * * SUN', '0 9 L * *'];
    const zones = ['UTC', 'America/New_York', 'Europe/Madrid', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
    const moments = fc.integer({ min: Date.UTC(2025), max: Date.UTC(2030) });
    fc.assert(
      fc.property(fc.constantFrom(...crons), fc.constantFrom(...zones), moments, (cron, zone, at) => {
        const table = new Timetable(cron, zone);
        const first = table.next(at)!;
        expect(first).toBeGreaterThan(at);
        expect(table.next(first - 1)).toBe(first);
        expect(table.next(first)).toBeGreaterThan(first);
      }),
      { numRuns: 200 },
    );
  });
});
