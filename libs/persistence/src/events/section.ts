import type { Payloads } from '../payloads/stored-json.js';
import type { BatchCommit } from '../ports.js';

/** One part of the commit statement: present only when the batch has rows for it. */
export interface Section {
  readonly rows: (batch: BatchCommit, payloads: Payloads) => number;
  /** Parameter types of its `unnest`, in the order of `values`. */
  readonly types: readonly string[];
  /** Values too big for a row go into `payloads`. */
  readonly values: (batch: BatchCommit, payloads: Payloads) => string[];
  /** @param source `unnest($1::uuid[], …)` */
  readonly sql: (source: string) => string;
}
