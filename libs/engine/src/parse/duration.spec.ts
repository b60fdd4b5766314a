import fc from 'fast-check';
import { formatDuration, parseDuration } from './duration.js';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['0s', 0],
    ['30s', 30_000],
    ['1.5s', 1_500],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['3d', 259_200_000],
    ['PT1H30M', 5_400_000],
    ['P2D', 172_800_000],
    ['P1W', 604_800_000],
    ['P1DT12H', 129_600_000],
    ['PT0.5S', 500],
    ['36500d', 3_153_600_000_000],
  ])('reads %s as %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    '',
    '5',
    's',
    '5 s',
    ' 5s',
    '-5s',
    '5S',
    '5y',
    '1h30m',
    'P',
    'PT',
    'P1M',
    'P1Y',
    'P1DT',
    'PT1.5H',
    '36501d',
    '1e3s',
    '٣s',
  ])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('reads back what formatDuration writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_153_600_000_000 }), (ms) => expect(parseDuration(formatDuration(ms))).toBe(ms)),
    );
    expect(formatDuration(-90_500)).toBe('-PT1M30.5S');
  });
});
