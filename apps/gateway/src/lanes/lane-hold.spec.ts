import { closedBreaker } from '#libs/engine';
import type { LaneRow } from '#libs/persistence';
import { holdOf } from './lane-hold.js';

const row = (facts: Partial<LaneRow>): LaneRow => ({
  scope: 'queue',
  name: 'payments',
  concurrency: null,
  rate: null,
  priority: null,
  paused: false,
  note: null,
  by: null,
  changedAt: 0,
  breaker: 'closed',
  breakAfter: 5,
  breakForMs: 30_000,
  state: closedBreaker,
  window: { startsAt: 0, used: 0 },
  ...facts,
});
const task = (facts: Partial<LaneRow>): LaneRow => row({ scope: 'task', name: 'charge', ...facts });
const open = { ...closedBreaker, state: 'open', opensUntil: Date.UTC(2026, 0, 2) } as const;

describe('why a queued step waits', () => {
  it.each<[string, LaneRow[], number, string | undefined]>([
    ['nothing set', [], 9, undefined],
    ['a limit that is not reached', [row({ concurrency: 5 })], 4, undefined],
    ['a limit that is', [row({ concurrency: 5 })], 5, 'limit: limit queue payments: 5 of 5 in use'],
    ['a limit that more want than it has', [task({ concurrency: 2 })], 1, 'limit: limit task charge: 1 of 2 in use'],
    ['a rate', [task({ rate: { limit: 3, per: 'minute' } })], 0, 'limit: limit task charge: at most 3 a minute'],
    ['a pause', [row({ paused: true, note: 'month end', concurrency: 1 })], 5, 'paused: queue payments is paused: month end'],
    ['a pause by somebody', [task({ paused: true, by: 'ana' })], 0, 'paused: task charge is paused by ana'],
    ['a breaker opened by hand', [task({ breaker: 'open' })], 0, 'paused: the circuit breaker of task charge was opened by hand'],
    [
      'a breaker that opened itself',
      [task({ breaker: 'auto', state: open })],
      0,
      'limit: the circuit breaker of task charge is open until 2026-01-02T00:00:00.000Z: then one attempt is let through',
    ],
    ['a breaker that is closed', [task({ breaker: 'auto' })], 0, undefined],
  ])('%s', (_what, rows, used, expected) => {
    const hold = holdOf('charge', 'payments', {
      row: (scope, name) => rows.find((one) => one.scope === scope && one.name === name),
      inUse: () => used,
      demand: (scope) => (scope === 'task' ? 3 : 0),
    });
    expect(hold && `${hold.reason}: ${hold.text}`).toBe(expected);
  });
});
