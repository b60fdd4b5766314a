/** What a task tells the ledger about one execution: it begins, does its effect, fails, or is told to stop. */
export type LedgerKind = 'begin' | 'effect' | 'failed' | 'aborted';

/** What a worker sends. */
export interface LedgerEntry {
  readonly kind: LedgerKind;
  readonly instance: string;
  readonly path: string;
  readonly attempt: number;
  readonly delivery: number;
  /** The idempotency key of the step. */
  readonly key: string;
  /** Process id of the worker. */
  readonly worker: number;
  /** Of the worker: CLOCK_MONOTONIC in ms, the same for all processes of a machine, and epoch ms. */
  readonly monoMs: number;
  readonly wallMs: number;
}

/** A line of the ledger's file. */
export interface LedgerRecord extends LedgerEntry {
  /** From 1, in the order of the file. */
  readonly no: number;
  /** For effects: the first with its key. The outside world does what has the same key once. */
  readonly isApplied: boolean;
  /** CLOCK_MONOTONIC of the ledger when it came, ms. */
  readonly atMs: number;
}

/** CLOCK_MONOTONIC in ms: comparable between processes, unmoved by changes of the wall clock. */
export const monoMs = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;
