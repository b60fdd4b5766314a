import { deliveryDelayMs, judgeDelivery, receiverRestMs, triedForMs, type Tried } from './judge-delivery.js';

const nowMs = 1_000_000_000;
const at = { nowMs, draw: 0.5 };
const fresh: Tried = { attempts: 0, triedSince: nowMs, failingSince: null, isOnce: false };
const answered = (status: number | null) => ({ status, error: status === null ? 'no answer' : `answered ${status}` });

describe('judgeDelivery', () => {
  it.each([200, 202, 204, 299])('takes %s for delivered', (status) => {
    expect(judgeDelivery(answered(status), fresh, at)).toEqual({ status: 'delivered', retryInMs: null });
  });

  it.each([null, 100, 301, 302, 400, 401, 404, 429, 500, 503])('tries again after %s', (status) => {
    expect(judgeDelivery(answered(status), fresh, at)).toEqual({ status: 'waiting', retryInMs: 5_000 });
  });

  it('ends the webhook of a receiver that is gone', () => {
    expect(judgeDelivery(answered(410), fresh, at)).toMatchObject({ status: 'failed', disable: expect.stringContaining('410') });
  });

  it('waits as long as the receiver asks, but never longer than 8 h', () => {
    const next = (retryAfterMs: number) => judgeDelivery({ ...answered(503), retryAfterMs }, fresh, at).retryInMs;
    expect([next(1), next(60_000), next(1e12)]).toEqual([5_000, 60_000, 8 * 3_600_000]);
  });

  it('gives up after three days', () => {
    const old = { ...fresh, attempts: 12, triedSince: nowMs - triedForMs + 60_000 };
    expect(judgeDelivery(answered(500), old, at)).toEqual({ status: 'failed', retryInMs: null });
  });

  it('disables a webhook that has delivered nothing for three days', () => {
    const hopeless = { ...fresh, failingSince: nowMs - triedForMs };
    expect(judgeDelivery(answered(null), hopeless, at)).toMatchObject({
      status: 'waiting',
      disable: expect.stringContaining('no answer'),
    });
    expect(judgeDelivery(answered(200), hopeless, at)).toEqual({ status: 'delivered', retryInMs: null });
  });

  it('tries a test once', () => {
    expect(judgeDelivery(answered(500), { ...fresh, isOnce: true }, at)).toEqual({ status: 'failed', retryInMs: null });
  });
});

describe('deliveryDelayMs', () => {
  it('grows from 5 s to 8 h', () => {
    expect([1, 2, 3, 4, 8, 50].map((attempts) => deliveryDelayMs(attempts, 0.5))).toEqual([
      5_000, 20_000, 80_000, 320_000, 28_800_000, 28_800_000,
    ]);
  });

  it('is spread by a fifth either way', () => {
    expect([deliveryDelayMs(1, 0), deliveryDelayMs(1, 1)]).toEqual([4_000, 6_000]);
  });
});

it.each([
  [1, 0],
  [4, 0],
  [5, 250],
  [6, 500],
  [10, 8_000],
  [11, 10_000],
  [10_000, 10_000],
])('a receiver rests after %i failures in a row for %i ms', (failures, ms) => {
  expect(receiverRestMs(failures)).toBe(ms);
});
