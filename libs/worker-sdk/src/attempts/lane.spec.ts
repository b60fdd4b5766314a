import type { Attempt } from './attempt.js';
import { Lane } from './lane.js';

const lane = (limit: number): Lane => new Lane({ task: 't', queue: 'q', contract: { name: 't' }, invoke: () => null }, limit);

it.each([
  { limit: 100, meanMs: undefined, prefetch: 100 },
  { limit: 500, meanMs: undefined, prefetch: 200 },
  { limit: 1, meanMs: 0.01, prefetch: 200 },
  { limit: 1, meanMs: 1_000, prefetch: 60 },
  { limit: 1, meanMs: 600_000, prefetch: 1 },
  { limit: 10, meanMs: 60_000, prefetch: 10 },
])('asks for about a minute of work, at least what runs at once, at most 200: %p', ({ limit, meanMs, prefetch }) => {
  const tested = lane(limit);
  if (meanMs !== undefined) tested.took(meanMs);
  expect(tested.prefetch).toBe(prefetch);
});

it('weighs the newest duration by a tenth', () => {
  const tested = lane(1);
  tested.took(100);
  tested.took(200);
  expect(tested.meanMs).toBeCloseTo(110);
});

it('gives what waits in order, skips what ended meanwhile, and lets go of what was taken', () => {
  const tested = lane(1);
  const attempts = Array.from(
    { length: 5_000 },
    (_, n) => ({ n, phase: n % 3 === 0 ? 'gone' : 'waiting' }) as unknown as Attempt,
  );
  for (const attempt of attempts) tested.push(attempt);
  const taken: Attempt[] = [];
  for (let next = tested.shift(); next !== undefined; next = tested.shift()) taken.push(next);
  expect(taken).toEqual(attempts.filter((attempt) => attempt.phase === 'waiting'));
  expect(tested.hasBacklog).toBe(false);
});
