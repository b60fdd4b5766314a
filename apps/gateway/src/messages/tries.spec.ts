import { isOurFault, Tries } from './tries.js';

it('says of each message when it was tried often enough, and then counts anew', () => {
  const tries = new Tries();
  expect(['a', 'a', 'b', 'a', 'a'].map((key) => tries.isLast(key))).toEqual([false, false, false, true, false]);
});

it('forgets the oldest of very many', () => {
  const tries = new Tries();
  tries.isLast('first');
  tries.isLast('first');
  for (let n = 0; n < 10_000; n += 1) tries.isLast(String(n));
  expect(tries.isLast('first')).toBe(false);
});

it.each([
  ['INTERNAL_ERROR', true],
  ['DATA_UNREADABLE', true],
  ['DATABASE_UNAVAILABLE', false],
  ['INPUT_INVALID', false],
])('counts what no later try makes good: %s %s', (code, counts) => expect(isOurFault(code)).toBe(counts));
