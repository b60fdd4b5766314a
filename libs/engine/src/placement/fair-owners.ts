import { weightOf } from './rendezvous.js';

/**
 * Fair shares of partitions: nobody has more than one more than anybody else, and when somebody joins or leaves no partition moves that need
 * not. A pure function, whatever the order of the ids, so that all orchestrators compute the same without talking.
 *
 * Who has a partition keeps it, up to a fair share; what is left over goes to those below theirs, by the heaviest pair of partition and
 * orchestrator.
 * @param current owner of each partition now; who is not among the ids counts as gone
 * @returns the owner each partition should have; empty when nobody is alive
 */
export function fairOwners(
  partitions: number,
  orchestratorIds: readonly string[],
  current: readonly (string | null | undefined)[] = [],
): string[] {
  const ids = [...new Set(orchestratorIds)].sort();
  if (ids.length === 0) return [];
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const held = Map.groupBy(all, (partition) => current[partition] ?? '');
  const room = shares(partitions, ids, (id) => held.get(id)?.length ?? 0);
  const owners = Array.from<string>({ length: partitions });
  const give = (partition: number, id: string): void => {
    owners[partition] = id;
    room.set(id, room.get(id)! - 1);
  };
  for (const id of ids)
    for (const { partition } of heaviestFirst(held.get(id) ?? [], [id]).slice(0, room.get(id))) give(partition, id);
  const free = all.filter((partition) => owners[partition] === undefined);
  for (const { partition, id } of heaviestFirst(free, ids))
    if (owners[partition] === undefined && room.get(id)! > 0) give(partition, id);
  return owners;
}

/** ⌊P/n⌋ each; the P mod n over that go to those who have most already, so that fewest move. */
function shares(partitions: number, ids: readonly string[], held: (id: string) => number): Map<string, number> {
  const atLeast = Math.floor(partitions / ids.length);
  const extras = partitions % ids.length;
  const byHeld = [...ids].sort((a, b) => held(b) - held(a) || (weightOf('share', a) < weightOf('share', b) ? 1 : -1));
  return new Map(byHeld.map((id, place) => [id, atLeast + (place < extras ? 1 : 0)]));
}

function heaviestFirst(partitions: readonly number[], ids: readonly string[]): { partition: number; id: string }[] {
  return partitions
    .flatMap((partition) => ids.map((id) => ({ partition, id, weight: weightOf(String(partition), id) })))
    .sort((a, b) => (a.weight < b.weight ? 1 : -1));
}
