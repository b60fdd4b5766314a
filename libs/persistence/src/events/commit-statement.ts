import { NOW_MS } from '../connections/database-clock.js';
import { intArray, uuidArray } from '../connections/pg-array.js';
import { Payloads } from '../payloads/stored-json.js';
import type { BatchCommit } from '../ports.js';
import { sections } from './commit-sections.js';
import { rowSource } from './section.js';

export interface PreparedStatement {
  /** Name under which the connection keeps it prepared. */
  readonly name: string;
  readonly text: string;
}

const JOURNAL_VALUES = 8;
const known = new Map<number, PreparedStatement>();

/** The whole batch as one statement, made of the parts that have rows, and its values. */
export function commitStatement(batch: BatchCommit): PreparedStatement & { values: unknown[] } {
  const payloads = new Payloads();
  const values = journalValues(batch);
  let mask = 0;
  sections.forEach((section, bit) => {
    if (section.rows(batch, payloads) === 0) return;
    mask |= 1 << bit;
    values.push(...section.values(batch, payloads));
  });
  return { ...statementOf(mask), values };
}

/** @param mask bit n = section n is present */
export function statementOf(mask: number): PreparedStatement {
  let statement = known.get(mask);
  if (statement === undefined) {
    statement = { name: `commit_${mask}`, text: write(mask) };
    known.set(mask, statement);
  }
  return statement;
}

/**
 * The journal row is the main statement, the rest are its WITH parts: PostgreSQL runs the main statement to its end before WITH
 * parts nobody reads, so that a deposed owner always collides on the journal's key and never on what it wrote about an instance.
 */
function write(mask: number): string {
  let parameter = JOURNAL_VALUES;
  const parts: string[] = [];
  sections.forEach((section, bit) => {
    if ((mask & (1 << bit)) === 0) return;
    parts.push(`part_${bit} AS (${section.sql(rowSource(section.columns, parameter + 1))})`);
    parameter += Object.keys(section.columns).length;
  });
  const journal = `INSERT INTO workflow_batches (topology, partition, batch_no, epoch, sent_through, touched, touched_from, touched_to, committed_at)
    VALUES ($1, $2, $3, $4, $5, $6::uuid[], $7::int[], $8::int[], ${NOW_MS})`;
  return parts.length === 0 ? journal : `WITH ${parts.join(',\n')}\n${journal}`;
}

function journalValues(batch: BatchCommit): unknown[] {
  const { touched } = batch;
  return [
    batch.topology,
    batch.partition,
    batch.batchNo,
    batch.epoch,
    batch.sentThrough,
    uuidArray(touched.map((row) => row.instanceId)),
    intArray(touched.map((row) => row.fromSeq)),
    intArray(touched.map((row) => row.toSeq)),
  ];
}
