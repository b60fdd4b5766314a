import type { DataSource } from 'typeorm';
import { endedInstanceStatuses } from '#libs/engine';
import { violation } from './compare-instance.js';
import type { Violation } from './violation.js';

const tables = [
  'workflow_events',
  'workflow_wakeups',
  'workflow_snapshots',
  'workflow_unsent',
  'workflow_payloads',
  'workflow_asks',
  'workflow_attachments',
  'workflow_subscriptions',
  'workflow_lock_requests',
];
const PER_TABLE = 100;
/** Gone in the batch that ends the instance. */
const ofTheLiving = {
  workflow_subscriptions: '',
  workflow_lock_requests: 'AND x.free_at IS NULL', // a permit that is used outlives its instance
};
const ended = `('${[...endedInstanceStatuses].join("','")}')`;

/** What is told to a child before it is there, or that could not be started, is no orphan. */
const toNoChild = `AND NOT EXISTS (SELECT 1 FROM workflow_inbox s WHERE s.instance_id = x.instance_id AND s.kind = 'startChild')`;

/** Rows of instances that do not exist; at most `PER_TABLE` instances a table. */
export async function findOrphans(dataSource: DataSource): Promise<Violation[]> {
  const found: Violation[] = [];
  const search = async (table: string, more = ''): Promise<void> => {
    const rows: { id: string }[] = await dataSource.query(
      `SELECT DISTINCT x.instance_id AS id FROM ${table} x
       WHERE NOT EXISTS (SELECT 1 FROM workflow_instances i WHERE i.id = x.instance_id) ${more} LIMIT ${PER_TABLE}`,
    );
    found.push(...rows.map(({ id }) => violation(id, 'orphan', `rows in ${table}, but there is no such instance`)));
  };
  for (const table of tables) await search(table);
  await search('workflow_inbox', toNoChild);
  for (const [table, condition] of Object.entries(ofTheLiving)) {
    const rows: { id: string }[] = await dataSource.query(
      `SELECT DISTINCT x.instance_id AS id FROM ${table} x
       JOIN workflow_instances i ON i.id = x.instance_id AND i.status IN ${ended} ${condition} LIMIT ${PER_TABLE}`,
    );
    found.push(...rows.map(({ id }) => violation(id, 'orphan', `rows in ${table}, but the instance has ended`)));
  }
  return found;
}
