/** Measured and announced facts about one queue and task, as one partition sees them. */
export interface WindowFacts {
  /** Steps at once that live workers announce for it, all together. */
  readonly capacity: number;
  readonly partitions: number;
  /** Completed attempts per second of this partition, smoothed. */
  readonly throughput: number;
  /** Never more than this, whatever the facts. */
  readonly ceiling: number;
}

/** A queue should hold about so many seconds of work: enough to bridge a hand-over, little enough to re-order and to recover. */
const secondsOfWork = 2;

/** How many commands of one queue and task this partition keeps in the broker (ARCHITECTURE §4). 0 while no worker serves it. */
export function windowSize({ capacity, partitions, throughput, ceiling }: WindowFacts): number {
  if (capacity === 0) return 0;
  return Math.min(ceiling, Math.max(1, Math.ceil((2 * capacity) / partitions), Math.ceil(secondsOfWork * throughput)));
}

const fastMs = 5;
const slowMs = 100;
const envelopeCeiling = 50;

/**
 * Commands that travel in one message, by the task's mean duration: under 5 ms up to 50, from 100 ms or unknown one.
 * A long envelope of slow steps would hold work that other workers could do.
 */
export function envelopeSize(meanMs: number | undefined): number {
  if (meanMs === undefined || meanMs >= slowMs) return 1;
  if (meanMs < fastMs) return envelopeCeiling;
  return Math.max(1, Math.floor((envelopeCeiling * fastMs) / meanMs));
}
