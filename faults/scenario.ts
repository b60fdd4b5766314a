import type { Role } from '#libs/testing';
import type { Run } from './run.js';
import type { WorldOptions } from './world/world.js';

/** What a run needs at least to count: a run in which nothing happened proves nothing. */
export interface Floors {
  /** Share of starts acknowledged. Default 0.6. */
  readonly acknowledged?: number;
  /** Executions under way in all when faults struck. Default 50. */
  readonly interrupted?: number;
  /** Faults injected. Default 1. */
  readonly faults?: number;
  /** Roles of which at least one process was killed or stopped, and came back. */
  readonly restarted?: readonly (Role | 'database' | 'broker')[];
}

/** One row of the fault matrix. */
export interface Scenario {
  /** `F1` … `F42`. */
  readonly id: string;
  readonly title: string;
  /** What is done to it, in words. */
  readonly inject: string;
  /** Invariants and promises, in words: `I1–I11`. */
  readonly mustHold: string;
  /** Part of the smoke set. */
  readonly isSmoke?: boolean;
  readonly world?: WorldOptions;
  readonly floors?: Floors;
  /** Why it cannot run on this machine; absent, or undefined: it can. */
  unfit?(): string | undefined;
  run(run: Run): Promise<void>;
}

/** A row that cannot run here, and why. */
export interface Unavailable {
  readonly id: string;
  readonly title: string;
  readonly reason: string;
}
