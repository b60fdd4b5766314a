import {
  formatAgo,
  formatBytes,
  formatCount,
  formatDuration,
  formatExact,
  formatRate,
  formatShare,
  formatTicking,
  formatTime,
  formatZoned,
  shortId,
} from './format';

describe('formatDuration', () => {
  it.each([
    [-5, '0 ms'],
    [842, '842 ms'],
    [999.6, '1 s'],
    [1_900, '1.9 s'],
    [9_949, '9.9 s'],
    [9_960, '10 s'],
    [41_400, '41 s'],
    [59_600, '1 min'],
    [192_000, '3 min 12 s'],
    [7_500_000, '2 h 5 min'],
    [100_800_000, '1 d 4 h'],
  ])('says %d ms as %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('says nothing of what is no number', () => expect(formatDuration(NaN)).toBe(''));
});

describe('formatTicking', () => {
  it('shows whole seconds only, so that digits do not jitter', () => {
    expect(formatTicking(1_999)).toBe('1 s');
    expect(formatTicking(61_900)).toBe('1 min 1 s');
  });
});

describe('times', () => {
  const now = Date.UTC(2026, 10, 21, 12, 0, 0);
  it.each([
    [now - 5_000, '11:59:55'],
    [now - 86_400_000, '20 Nov 12:00'],
    [Date.UTC(2025, 10, 20, 8, 0, 0), '20 Nov 2025'],
  ])('formatTime shortens by distance', (at, text) => expect(formatTime(at, now, 'utc')).toBe(text));

  it('formatExact names milliseconds and zone', () =>
    expect(formatExact(now + 7, 'utc')).toMatch(/21 Nov 2026.*12:00:00\.007.*UTC/));

  it.each([
    [500, 'now'],
    [42_000, '42 s ago'],
    [180_000, '3 min ago'],
    [7_300_000, '2 h ago'],
    [200_000_000, '2 d ago'],
  ])('formatAgo says %d ms as %s', (age, text) => expect(formatAgo(now - age, now)).toBe(text));
});

describe('figures', () => {
  it('never rounds a share up to all while something failed', () => expect(formatShare(0.999999)).toBe('99.99 %'));
  it.each([
    [1, '100 %'],
    [0.9962, '99.62 %'],
    [0, '0 %'],
  ])('formatShare says %d as %s', (share, text) => expect(formatShare(share)).toBe(text));
  it.each([
    [318, '318 /s'],
    [5, '300 /min'],
    [0.02, '1.2 /min'],
    [0, '0 /min'],
  ])('formatRate says %d a second as %s', (rate, text) => expect(formatRate(rate)).toBe(text));
  it('marks a count that stopped early', () => expect(formatCount(10_000, true)).toBe('10,000+'));
  it('formatBytes uses binary units', () =>
    expect([formatBytes(12), formatBytes(3_482), formatBytes(2_097_152)]).toEqual(['12 B', '3.4 KiB', '2 MiB']));
  it('keeps both ends of an id: the end tells neighbours apart', () =>
    expect(shortId('0199a3f2-51c8-7d10-8000-0000000042ab')).toBe('0199a3f2…42ab'));
});

describe('formatZoned', () => {
  const at = Date.UTC(2026, 10, 23, 14);
  it.each([
    ['America/New_York', 'Mon 23 Nov, 09:00'],
    ['Australia/Lord_Howe', 'Tue 24 Nov, 01:00'],
  ])('in %s is %s', (zone, text) => expect(formatZoned(at, zone)).toBe(text));
  it('says seconds where there are any, or where they are asked for', () => {
    expect(formatZoned(at + 5_000, 'UTC')).toBe('Mon 23 Nov, 14:00:05');
    expect(formatZoned(at, 'UTC', { withSeconds: true })).toBe('Mon 23 Nov, 14:00:00');
  });
  it('tells an hour that comes twice apart', () => {
    const first = Date.UTC(2026, 10, 1, 5, 30);
    const texts = [first, first + 3_600_000].map((one) => formatZoned(one, 'America/New_York', { withOffset: true }));
    expect(texts).toEqual(['Sun 1 Nov, 01:30 GMT-4', 'Sun 1 Nov, 01:30 GMT-5']);
  });
  it('says nothing of a zone it does not know', () => expect(formatZoned(at, 'Mars/Olympus')).toBeUndefined());
});
