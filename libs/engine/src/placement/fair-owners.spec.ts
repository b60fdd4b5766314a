import fc from 'fast-check';
import { fairOwners } from './fair-owners.js';

const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 12 });
const partitions = fc.integer({ min: 1, max: 200 });
/** How the world was before: shared among others, or by chance, or not at all. */
const current = fc.oneof(
  ids.map((former) => (count: number) => fairOwners(count, former)),
  fc.infiniteStream(fc.option(fc.string({ maxLength: 8 }))).map((owners) => (count: number) => [...owners.take(count)]),
  fc.constant(() => [] as string[]),
);

const sharesOf = (owners: readonly string[], all: readonly string[]): number[] =>
  all.map((id) => owners.filter((owner) => owner === id).length);
const moved = (before: readonly unknown[], after: readonly unknown[]): number =>
  after.filter((owner, partition) => owner !== before[partition]).length;

describe('fairOwners', () => {
  it('gives every partition an owner, and nobody more than one more than anybody else', () => {
    fc.assert(
      fc.property(partitions, ids, current, (count, alive, before) => {
        const owners = fairOwners(count, alive, before(count));
        const shares = sharesOf(owners, alive);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(count);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is the same for all, whatever the order in which they know each other', () => {
    fc.assert(
      fc.property(partitions, ids, current, (count, alive, before) => {
        const now = before(count);
        expect(fairOwners(count, [...alive].reverse(), now)).toEqual(fairOwners(count, alive, now));
      }),
    );
  });

  it('moves nothing once it has come about', () => {
    fc.assert(
      fc.property(partitions, ids, current, (count, alive, before) => {
        const owners = fairOwners(count, alive, before(count));
        expect(fairOwners(count, alive, owners)).toEqual(owners);
      }),
    );
  });

  it('moves only the share of who leaves, and only the share of who joins', () => {
    fc.assert(
      fc.property(partitions, ids, (count, alive) => {
        const [guest, ...others] = alive;
        fc.pre(others.length > 0);
        const together = fairOwners(count, alive);
        const without = fairOwners(count, others, together);
        expect(moved(together, without)).toBe(sharesOf(together, [guest!])[0]);
        const again = fairOwners(count, alive, without);
        expect(moved(without, again)).toBe(sharesOf(again, [guest!])[0]);
      }),
    );
  });

  it.each([
    [8, 3, [2, 3, 3]],
    [8, 5, [1, 1, 2, 2, 2]],
    [2, 3, [0, 1, 1]],
  ])('shares %d partitions among %d as %j', (count, orchestrators, shares) => {
    const alive = Array.from({ length: orchestrators }, (_, n) => `o${n}`);
    expect(sharesOf(fairOwners(count, alive), alive).sort()).toEqual(shares);
  });

  it('has no owners when nobody is alive', () => {
    expect(fairOwners(8, [])).toEqual([]);
  });
});
