import { createHash } from 'node:crypto';

/**
 * Fair shares by rendezvous hashing: every orchestrator computes the same owner for a partition, and when one joins or leaves
 * only its own share moves.
 * @returns the id of the owner, or undefined when nobody is alive
 */
export function rendezvous(partition: number, orchestratorIds: readonly string[]): string | undefined {
  let best: { id: string; weight: string } | undefined;
  for (const id of orchestratorIds) {
    const weight = createHash('sha1').update(`${partition}/${id}`).digest('hex');
    if (best === undefined || weight > best.weight) best = { id, weight };
  }
  return best?.id;
}

/**
 * Who may own partitions: those with the broker when anybody has it, else everybody (they keep sweeping).
 */
export function candidates(alive: readonly { id: string; hasBroker: boolean }[]): string[] {
  const connected = alive.filter((one) => one.hasBroker);
  return (connected.length > 0 ? connected : alive).map((one) => one.id).sort();
}
