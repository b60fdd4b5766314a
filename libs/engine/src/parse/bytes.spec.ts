import { formatBytes, parseBytes } from './bytes.js';

it.each<[string, number | undefined]>([
  ['512MiB', 536_870_912],
  ['2 GiB', 2_147_483_648],
  ['1.5GB', 1_500_000_000],
  ['1024', 1_024],
  ['700B', 700],
  ['0', undefined],
  ['2gib', undefined],
  ['-1GB', undefined],
  ['lots', undefined],
  ['', undefined],
  ['999999999999999TiB', undefined],
])('parseBytes("%s") is %s', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

it.each([
  [2_147_483_648, '2GiB'],
  [1_610_612_736, '1.5GiB'],
  [700, '700B'],
])('formatBytes(%d) is %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
