import type { DataSource } from 'typeorm';
import type { Findings } from './findings.js';
import { checksOfJournal } from './journal-checks.js';
import { checksOfRows } from './row-checks.js';
import type { Invariant } from './violation.js';

/** A check of whole tables. Each is one statement, so it sees one moment. */
export interface TableCheck {
  readonly invariant: Invariant;
  /** Gives `n`: how many facts there are to check. */
  readonly count: string;
  /** Gives `id` (of an instance, or null), `message` and perhaps `seq`, a row each violation. */
  readonly wrong: string;
}

/** Violations one check tells. */
const PER_CHECK = 100;

export async function checkTables(dataSource: DataSource, findings: Findings): Promise<void> {
  for (const { invariant, count, wrong } of [...checksOfRows, ...checksOfJournal]) {
    const [counted]: { n: number }[] = await dataSource.query(`SELECT (${count})::bigint AS n`);
    findings.check(invariant, counted!.n);
    const rows: { id: string | null; seq?: number | null; message: string }[] = await dataSource.query(
      `SELECT * FROM (${wrong}) AS found LIMIT ${PER_CHECK}`,
    );
    for (const { id, seq = null, message } of rows) findings.wrong({ invariant, instanceId: id, seq, message });
  }
}
