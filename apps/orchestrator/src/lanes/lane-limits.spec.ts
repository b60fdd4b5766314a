import { closedBreaker, type InstanceId } from '#libs/engine';
import type { LaneRow, LaneStore } from '#libs/persistence';
import { WorkIndex } from '../dispatch/work-index.js';
import { Budget } from './budget.js';
import { LaneBook } from './lane-book.js';
import { LaneLimits } from './lane-limits.js';

const row = (facts: Partial<LaneRow>): LaneRow => ({
  ...{
    scope: 'queue',
    name: 'q',
    concurrency: null,
    rate: null,
    priority: null,
    paused: false,
    note: null,
    by: null,
    changedAt: 0,
  },
  ...{ breaker: 'closed', breakAfter: 5, breakForMs: 30_000, state: closedBreaker, window: { startsAt: 0, used: 0 } },
  ...facts,
});
const task = (facts: Partial<LaneRow>): LaneRow => row({ scope: 'task', name: 't', ...facts });
const step = (token: number) => ({ instanceId: 'i' as InstanceId, path: 's', token, queue: 'q', task: 't' });
const grant = { partition: 3, granted: 2, demand: 9, cap: 2, tokens: 0 };

function limitsOf(...rows: LaneRow[]): { limits: LaneLimits; book: LaneBook } {
  const book = new LaneBook({} as LaneStore);
  book.take(rows);
  return { book, limits: new LaneLimits(3, book, new WorkIndex(() => 0)) };
}

describe('LaneLimits', () => {
  it('lets nothing out of a limited lane before it was granted something', () => {
    const limited = row({ concurrency: 5 });
    const { limits } = limitsOf(limited);
    expect(limits.roomOf('queue', 'q', 0)).toBe(0);
    limits.told(limited, grant, 0);
    expect(limits.roomOf('queue', 'q', 0)).toBe(2);
    expect(limits.roomOf('task', 't', 0)).toBe(Infinity);
  });

  it('keeps tokens for the window they were handed out in', () => {
    const limited = row({ rate: { limit: 9, per: 'second' } });
    const { limits } = limitsOf(limited);
    limits.told(limited, { ...grant, tokens: 3 }, 5_100);
    limits.dispatched(step(1));
    expect([5_100, 5_999, 6_000].map((nowMs) => limits.roomOf('queue', 'q', nowMs))).toEqual([2, 2, 0]);
  });

  it('lets one attempt of a half-open breaker out, tells how it ended, and none more before it is answered', () => {
    const halfOpen = task({ breaker: 'auto', state: { ...closedBreaker, state: 'halfOpen', probe: 3 } });
    const { limits } = limitsOf(halfOpen);
    limits.told(halfOpen, grant, 0);
    expect(limits.roomOf('task', 't', 0)).toBe(1);
    limits.dispatched(step(7));
    expect(limits.roomOf('task', 't', 0)).toBe(0);
    limits.ended(step(7), { type: 'stepCompleted', data: { token: 7, output: null } } as never);
    expect(limits.claim(halfOpen, 4, 0)?.claim.ends).toBeUndefined(); // not stored yet
    limits.batchDone();
    expect(limits.claim(halfOpen, 4, 0)?.claim.ends).toMatchObject({ probe: 'success' });
    expect(limits.roomOf('task', 't', 0)).toBe(0);
  });

  it('says once that it is there, and then nothing while it neither has nor wants anything', () => {
    const limited = row({ concurrency: 5 });
    const { limits } = limitsOf(limited);
    expect(limits.claim(limited, 0, 0)).toMatchObject({ isUrgent: true, claim: { demand: 0, cap: 0 } });
    limits.told(limited, { ...grant, granted: 0, cap: 0 }, 0);
    expect(limits.claim(limited, 0, 0)).toBeUndefined();
  });

  it('gives what it was told to give back, and not before', () => {
    const limited = row({ concurrency: 5 });
    const { limits } = limitsOf(limited);
    limits.told(limited, { ...grant, granted: 4, cap: 1 }, 0);
    expect(limits.claim(limited, 9, 0)).toMatchObject({ isUrgent: true, claim: { cap: 1, held: 0, demand: 9 } });
  });
});

describe('Budget', () => {
  it('counts what it lets out against the queue and the task', () => {
    const limited = [row({ concurrency: 5 }), task({ concurrency: 5 })];
    const { limits } = limitsOf(...limited);
    limits.told(limited[0]!, { ...grant, cap: 3, granted: 3 }, 0);
    limits.told(limited[1]!, grant, 0);
    const budget = new Budget(limits, 0);
    expect([budget.take(step(1)), budget.take(step(2)), budget.take(step(3))]).toEqual([true, true, false]);
    expect(budget.take({ queue: 'q', task: 'other' })).toBe(true);
    expect(budget.room({ queue: 'q', task: 'other' })).toBe(0);
    expect(budget.room({ queue: 'free', task: 'other' })).toBe(Infinity);
  });
});
