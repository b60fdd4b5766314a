import { fairShares } from './fair-shares.js';

/** What a partition has of a limit, as it is written down. */
export interface SlotRow {
  readonly partition: number;
  /** Steps it may have out; nobody else may use these slots. */
  readonly granted: number;
  /** Steps it has out, or could send at once. */
  readonly demand: number;
}

/** What the owner of a partition says of it. */
export interface SlotClaim {
  readonly partition: number;
  /** Steps that are out, or were before what is being written now. */
  readonly held: number;
  /** What it may have out until it hears the answer: it keeps to what it was told last. 0 at first. */
  readonly cap: number;
  readonly demand: number;
}

export interface SlotGrant extends SlotRow {
  /** Steps it may have out from now on; below `granted` when it shall give slots back. */
  readonly cap: number;
}

/**
 * Slots of one limit for the partitions of one owner. A slot changes hands in two steps: the owner is told to keep below, and only what it
 * says it will not use any more is given to others. So the sum of what is granted never rises above the limit, whoever dies in between.
 * @param rows   of all partitions, those of the claims included
 * @param claims of the partitions whose owner asks
 */
export function settleSlots(limit: number, rows: readonly SlotRow[], claims: readonly SlotClaim[], turn: number): SlotGrant[] {
  const asked = new Map(claims.map((claim) => [claim.partition, claim]));
  const written = new Map(rows.map((row) => [row.partition, row]));
  const all = [...new Set([...written.keys(), ...asked.keys()])].sort((a, b) => a - b);
  const kept = (partition: number): number => {
    const granted = written.get(partition)?.granted ?? 0;
    const claim = asked.get(partition);
    return claim === undefined ? granted : Math.max(claim.held, Math.min(granted, claim.cap));
  };
  const demands = all.map((partition) => asked.get(partition)?.demand ?? written.get(partition)?.demand ?? 0);
  const shares = fairShares(limit, demands, turn);
  let free = Math.max(0, limit - all.reduce((sum, partition) => sum + kept(partition), 0));
  return all.flatMap((partition, place) => {
    const claim = asked.get(partition);
    if (claim === undefined) return [];
    const share = shares[place]!;
    const more = Math.min(free, Math.max(0, share - kept(partition)));
    free -= more;
    const granted = kept(partition) + more;
    return [{ partition, granted, demand: claim.demand, cap: Math.min(share, granted) }];
  });
}
