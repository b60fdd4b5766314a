import type { Payloads } from '../payloads/stored-json.js';
import type { PgArray } from '../connections/pg-array.js';
import type { BatchCommit } from '../ports.js';

/** One part of the commit statement: present only when the batch has rows for it. */
export interface Section {
  readonly rows: (batch: BatchCommit, payloads: Payloads) => number;
  /** Type of each column of its source, in the order of `values`. */
  readonly columns: Readonly<Record<string, string>>;
  /** Values too big for a row go into `payloads`. */
  readonly values: (batch: BatchCommit, payloads: Payloads) => PgArray[];
  /** @param source `(SELECT unnest($1::uuid[]) AS id, …) AS u` */
  readonly sql: (source: string) => string;
}

/**
 * Rows from one array parameter a column. `unnest` stands in the list of a SELECT, where rows come out one by one: `FROM unnest(…)` would
 * first put every column into a store of its own, which costs a fifth of a batch.
 * @param first number of its first parameter
 */
export const rowSource = (columns: Section['columns'], first: number): string =>
  `(SELECT ${Object.entries(columns)
    .map(([name, type], index) => `unnest($${first + index}::${type}[]) AS ${name}`)
    .join(', ')}) AS u`;
