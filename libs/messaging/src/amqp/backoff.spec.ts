import { reconnectDelayMs } from './backoff.js';

describe('reconnectDelayMs', () => {
  it('doubles up to 5 s and is spread over its upper half', () => {
    expect([1, 2, 3, 6, 7, 1_000].map((attempt) => reconnectDelayMs(attempt, 1))).toEqual([100, 200, 400, 3_200, 5_000, 5_000]);
    expect([1, 2, 1_000].map((attempt) => reconnectDelayMs(attempt, 0))).toEqual([50, 100, 2_500]);
  });
});
