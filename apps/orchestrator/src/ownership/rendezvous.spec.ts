import { candidates, rendezvous } from './rendezvous.js';

const partitions = Array.from({ length: 64 }, (_, number) => number);

describe('rendezvous', () => {
  it('gives every partition exactly one owner, alike whatever the order of the ids', () => {
    for (const partition of partitions)
      expect(rendezvous(partition, ['a', 'b', 'c'])).toBe(rendezvous(partition, ['c', 'a', 'b']));
  });

  it('moves only the share of the orchestrator that leaves', () => {
    for (const partition of partitions) {
      const before = rendezvous(partition, ['a', 'b', 'c']);
      if (before !== 'c') expect(rendezvous(partition, ['a', 'b'])).toBe(before);
    }
  });

  it('spreads partitions over all', () => {
    const owners = new Set(partitions.map((partition) => rendezvous(partition, ['a', 'b', 'c'])));
    expect(owners.size).toBe(3);
  });

  it('has no owner when nobody is alive', () => {
    expect(rendezvous(0, [])).toBeUndefined();
  });
});

describe('candidates', () => {
  it('prefers those with the broker, and takes everybody when nobody has it', () => {
    expect(
      candidates([
        { id: 'a', hasBroker: false },
        { id: 'b', hasBroker: true },
      ]),
    ).toEqual(['b']);
    expect(
      candidates([
        { id: 'b', hasBroker: false },
        { id: 'a', hasBroker: false },
      ]),
    ).toEqual(['a', 'b']);
  });
});
