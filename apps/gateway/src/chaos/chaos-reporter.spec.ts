import { jest } from '@jest/globals';
import type { ChaosFigures, StoredChaosRun } from '#libs/persistence';
import { ChaosReporter } from './chaos-reporter.js';
import type { ChaosVerifier } from './chaos-verifier.js';

it('reads what came of a run once more when it is settled, and then no more', async () => {
  let reads = 0;
  const rates = () => Promise.resolve({ instances: 0, ended: 0, completed: 0 });
  const figures = {
    byKind: () => Promise.resolve([]),
    touched: () => Promise.resolve({ count: { count: 0, isCapped: false }, ids: [] }),
    recent: () => Promise.resolve([]),
    rates,
    recovery: () => Promise.resolve({ samples: 0, open: 0, p50Ms: null, p95Ms: null }),
    consequences: () => Promise.resolve({ failedByChaos: 0, retries: (reads += 1) }),
  } as unknown as ChaosFigures;
  const reporter = new ChaosReporter(figures, { result: () => null } as unknown as ChaosVerifier, { topology: 1 });
  const run = {
    id: 'r',
    plan: { scope: {} },
    startedAt: 0,
    countedFrom: 0,
    endsAt: 60_000,
    endedAt: null,
  } as unknown as StoredChaosRun;
  jest.useFakeTimers({ now: 0 });
  for (const now of [60_000, 61_000, 180_000, 181_000, 900_000]) {
    await reporter.report(run, now);
    jest.advanceTimersByTime(1_000);
  }
  jest.useRealTimers();
  expect(reads).toBe(3);
});
