import type { DataSource } from 'typeorm';
import { violation } from './compare-instance.js';
import type { Violation } from './violation.js';

const tables = ['workflow_events', 'workflow_wakeups', 'workflow_inbox', 'workflow_snapshots', 'workflow_unsent'];
const PER_TABLE = 100;

/** Rows of instances that do not exist; at most `PER_TABLE` instances a table. */
export async function findOrphans(dataSource: DataSource): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const table of tables) {
    const rows: { id: string }[] = await dataSource.query(
      `SELECT DISTINCT x.instance_id AS id FROM ${table} x
       WHERE NOT EXISTS (SELECT 1 FROM workflow_instances i WHERE i.id = x.instance_id) LIMIT ${PER_TABLE}`,
    );
    found.push(...rows.map(({ id }) => violation(id, 'orphan', `rows in ${table}, but there is no such instance`)));
  }
  return found;
}
