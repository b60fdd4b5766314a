import { RecentAborts, RecentOutcomes } from './recent-outcomes.js';

const outcome = (text: string) => ({ delivery: 1, partition: 0, text });
const known = (recent: RecentOutcomes, keys: readonly string[]): string[] => keys.filter((key) => recent.get(key) !== undefined);

it('keeps the youngest outcomes, and between once and twice as many as asked', () => {
  const recent = new RecentOutcomes({ count: 3, characters: 1_000 });
  const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  for (const key of keys.slice(0, 5)) recent.remember(key, outcome('x'));
  expect(known(recent, keys)).toEqual(['a', 'b', 'c', 'd', 'e']);
  for (const key of keys.slice(5)) recent.remember(key, outcome('x'));
  expect(known(recent, keys)).toEqual(['d', 'e', 'f', 'g']);
});

it('counts characters too, so that large outputs do not fill the memory', () => {
  const recent = new RecentOutcomes({ count: 1_000, characters: 10 });
  for (const key of ['a', 'b', 'c']) recent.remember(key, outcome('x'.repeat(10)));
  expect(known(recent, ['a', 'b', 'c'])).toEqual(['c']);
});

it('remembers the latest outcome of a token', () => {
  const recent = new RecentOutcomes({ count: 2, characters: 1_000 });
  recent.remember('a', outcome('first'));
  recent.remember('b', outcome('x'));
  recent.remember('a', outcome('second'));
  expect(recent.get('a')?.text).toBe('second');
});

it('keeps the latest aborts', () => {
  const aborts = new RecentAborts(2);
  for (const key of ['a', 'b', 'c', 'd', 'e']) aborts.remember(key);
  expect(['a', 'b', 'c', 'd', 'e'].filter((key) => aborts.has(key))).toEqual(['c', 'd', 'e']);
});
