import { jest } from '@jest/globals';
import type { EventStore } from '#libs/persistence';
import { DatabaseClock } from './database-clock.js';

/** A database whose clock is `aheadMs` before ours, and whose answers take `answerMs` (read at the start of that time). */
class Database {
  aheadMs = 1_000_000;
  answerMs = 0;

  now(): Promise<number> {
    const now = performance.now() + this.aheadMs;
    return new Promise((resolve) => setTimeout(() => resolve(now), this.answerMs));
  }
}

describe('DatabaseClock', () => {
  let database: Database;
  let clock: DatabaseClock;
  const start = async (): Promise<void> => {
    const started = clock.start();
    await jest.advanceTimersByTimeAsync(database.answerMs);
    await started;
  };
  const behindMs = (): number => Math.floor(performance.now() + database.aheadMs) - clock.nowMs();

  beforeEach(() => {
    jest.useFakeTimers();
    database = new Database();
    clock = new DatabaseClock(database as unknown as EventStore);
  });
  afterEach(() => {
    clock.stop();
    jest.useRealTimers();
  });

  it('is behind the database by what the answer took, never ahead', async () => {
    database.answerMs = 40;
    await start();
    expect(behindMs()).toBe(40);
  });

  it('keeps what it knows when a slow answer does not contradict it', async () => {
    await start();
    database.answerMs = 3_000;
    await jest.advanceTimersByTimeAsync(8_000);
    expect(behindMs()).toBe(0);
  });

  it('follows the database when its clock was set, and never runs backwards', async () => {
    await start();
    database.aheadMs += 60_000;
    await jest.advanceTimersByTimeAsync(5_001);
    expect(behindMs()).toBeLessThanOrEqual(1);
    expect(behindMs()).toBeGreaterThanOrEqual(0);
    const before = clock.nowMs();
    database.aheadMs -= 120_000;
    await jest.advanceTimersByTimeAsync(5_001);
    expect(clock.nowMs()).toBe(before);
  });
});
