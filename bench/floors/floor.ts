import type { Measured } from '../workloads.js';
import type { ProcessRoot } from '../processes.js';

/** Instances of one batch, and lanes (connections, partitions) that work beside one another. */
export const batchSize = 200;
export const lanes = 2;

/** The same rows, and in a cluster the same messages, with nothing decided, checked or served: what no product on these parts can beat. */
export interface Floor extends AsyncDisposable {
  /** Its processes beside the benchmark's own and the servers'. */
  readonly roots: readonly ProcessRoot[];
  /** W1: many chains at once. */
  readonly manyChains: (chains: number) => Promise<Measured>;
  /** W2: one chain at a time. */
  readonly oneAtATime: (length: 1 | 5, count: number) => Promise<Measured>;
}
