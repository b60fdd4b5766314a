/** Measured and announced facts about one queue and task, as one partition sees them. */
export interface WindowFacts {
  /** Steps at once that live workers announce for it, all together. */
  readonly capacity: number;
  readonly partitions: number;
  /** Completed attempts per second of this partition, smoothed. */
  readonly throughput: number;
  /** Never more than this, whatever the facts. */
  readonly ceiling: number;
  /** Of its handler, ms; undefined while unknown. */
  readonly meanMs?: number | undefined;
}

/** A queue should hold about so many seconds of work: enough to bridge a hand-over, little enough to re-order and to recover. */
const secondsOfWork = 2;

/** How many commands of one queue and task this partition keeps in the broker (ARCHITECTURE §4). 0 while no worker serves it. */
export function windowSize({ capacity, partitions, throughput, meanMs, ceiling }: WindowFacts): number {
  if (capacity === 0) return 0;
  const share = capacity / partitions;
  const perSecond = Math.max(throughput, possible(share, meanMs));
  return Math.min(ceiling, Math.max(1, Math.ceil(2 * share), Math.ceil(secondsOfWork * perSecond)));
}

/** Handing a step over takes its time too, however fast its handler. */
const quickestMs = 0.5;
/** Tasks below it are counted on to stay as fast as they are. */
const fastMs = 5;

/** What workers can do of a fast task in a second is known long before it has been measured: a fan-out need not wait for that. */
function possible(slots: number, meanMs: number | undefined): number {
  return meanMs === undefined || meanMs >= fastMs ? 0 : (slots * 1_000) / Math.max(meanMs, quickestMs);
}

const slowMs = 100;
const workMsPerEnvelope = 250;
const envelopeCeiling = 200;

/**
 * Commands that travel in one message: a quarter of a second of work by the task's mean duration, at most 200; from 100 ms or unknown one.
 * A lone message costs a quorum queue ten times what it costs among others, and its size hardly anything; a longer envelope of slow steps would hold
 * work that other workers could do.
 */
export function envelopeSize(meanMs: number | undefined): number {
  if (meanMs === undefined || meanMs >= slowMs) return 1;
  return Math.min(envelopeCeiling, Math.floor(workMsPerEnvelope / meanMs));
}
