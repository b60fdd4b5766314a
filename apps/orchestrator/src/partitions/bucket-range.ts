import { buckets } from '#libs/contracts';

/** Buckets [from, to) of a partition: those for which `partitionOf` gives its number. */
export function partitionBuckets(partition: number, partitions: number): [number, number] {
  return [Math.ceil((partition * buckets) / partitions), Math.ceil(((partition + 1) * buckets) / partitions)];
}
