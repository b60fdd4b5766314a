import { mostAtOnce, sentPerWindow } from './attempts.js';

const span = (dispatchedAt: number | null, endedAt: number | null) => ({ dispatchedAt, endedAt });

describe('mostAtOnce', () => {
  it.each([
    ['nothing', [], 0],
    ['one after the other', [span(1, 5), span(5, 9)], 1],
    ['an overlap of a millisecond', [span(1, 6), span(5, 9)], 2],
    ['what never ended counts to the end', [span(1, null), span(8, 9)], 2],
    ['what was never sent does not', [span(null, 5), span(2, 9)], 1],
  ])('%s', (_what, attempts, expected) => {
    expect(mostAtOnce(attempts)).toBe(expected);
  });
});

describe('sentPerWindow', () => {
  it('counts by the clock, not from the first', () => {
    const sent = [1_900, 1_999, 2_000, 2_100, null].map((dispatchedAt) => ({ dispatchedAt }));
    expect([...sentPerWindow(sent, 1_000)]).toEqual([
      [1_000, 2],
      [2_000, 2],
    ]);
  });
});
