import { jest } from '@jest/globals';
import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { createHotPool } from '../connections/hot-pool.js';
import { findInbox, insertInbox, reopenInbox } from '../instances/inbox-statements.js';
import { readHead, readInstance } from '../instances/record-statements.js';
import { existingStarts, insertNewStarts, insertStarts, supersede } from '../instances/start-statements.js';
import { findPayloads } from '../payloads/payload-statements.js';
import { AskQueries, type AskFilter } from '../asks/ask-queries.js';
import * as childStatements from '../children/child-statements.js';
import { feedStatements } from '../feed/feed-statements.js';
import { keyedEventList } from '../keys/event-list.js';
import * as keyStatements from '../keys/key-statements.js';
import * as lockStatements from '../keys/lock-statements.js';
import { claimStatement } from '../leases/pg-lease-store.js';
import * as scheduleStatements from '../triggers/schedule-statements.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import { webhookStatements } from '../webhooks/webhook-statements.js';
import { sections } from './commit-sections.js';
import { statementOf, type PreparedStatement } from './commit-statement.js';
import { loadStatement } from './load-statement.js';
import { readStatements } from './read-statements.js';

const everything = (1 << sections.length) - 1;
const hot: PreparedStatement[] = [
  statementOf(everything),
  statementOf(0),
  loadStatement,
  ...Object.values(readStatements),
  insertStarts,
  insertNewStarts,
  readHead,
  readInstance,
  existingStarts,
  supersede,
  insertInbox,
  findInbox,
  reopenInbox,
  findPayloads,
  ...Object.values(childStatements),
  ...Object.values(keyStatements),
  keyedEventList,
  ...Object.values(lockStatements),
  ...Object.values(scheduleStatements),
  claimStatement,
  ...Object.values(feedStatements),
  ...Object.values(webhookStatements),
];

/** What the list of asks asks for, whatever it is filtered by. */
async function askStatements(): Promise<PreparedStatement[]> {
  const texts: string[] = [];
  const recorder = {
    query: (text: string) => {
      texts.push(text);
      return Promise.resolve([]);
    },
  };
  const queries = new AskQueries(recorder as unknown as DataSource);
  const instance = '01890a5d-ac96-774b-bcce-b302099a8057';
  const filters: AskFilter[] = [{}, { assignee: 'a' }, { instance }, { instance, assignee: 'a' }];
  for (const filter of filters) await queries.open(filter, { limit: 50 });
  return texts.map((text, index) => ({ name: `asks_${index}`, text }));
}

const all = async (): Promise<PreparedStatement[]> => [...hot, ...(await askStatements())];

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: PlanNode[];
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/** The plan a connection of the hot pool really uses: generic, made without knowing the values. */
async function planOf(client: PoolClient, { name, text }: PreparedStatement): Promise<PlanNode> {
  const parameters = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map((match) => Number(match[1])));
  await client.query(`PREPARE ${name} AS ${text}`);
  const nulls = parameters === 0 ? '' : `(${Array.from({ length: parameters }, () => 'NULL').join(', ')})`;
  const { rows } = await client.query(`EXPLAIN (FORMAT JSON) EXECUTE ${name}${nulls}`);
  await client.query(`DEALLOCATE ${name}`);
  return rows[0]['QUERY PLAN'][0].Plan as PlanNode;
}

/** Reads of a table that do not go by a key: sequential scans, and whole index scans under a filter. A bitmap's index scans are looked at. */
const scans = (plan: PlanNode): string[] =>
  nodesOf(plan)
    .filter((node) => node['Relation Name'] !== undefined && node['Node Type'].includes('Scan'))
    .filter((node) => node['Node Type'] !== 'Bitmap Heap Scan')
    .filter((node) => !/Index/.test(node['Node Type']) || node['Index Cond'] === undefined)
    .map((node) => `${node['Node Type']} on ${node['Relation Name']} ${node['Index Name'] ?? ''}`);

const fill = (rows: number) => [
  `INSERT INTO workflow_instances (id, tenant, definition, version, checksum, key, status, bucket, input, created_at)
   SELECT gen_random_uuid(), 'main', 'd', '1.0.0', 'c', 'k' || n, 'running', n % 4096, '{}', 0 FROM generate_series(1, ${rows}) n`,
  `INSERT INTO workflow_definition_names (tenant, name, changed_at) SELECT 'main', 'd' || n, 0 FROM generate_series(1, ${rows}) n`,
  `INSERT INTO workflow_idempotency (tenant, key, request_hash, subject, reserved_at) SELECT 'main', 'k' || n, '', '', 0 FROM generate_series(1, ${rows}) n`,
  `INSERT INTO workflow_wakeups (instance_id, bucket, due_at, work) SELECT id, bucket, 1, (ARRAY['none', 'queued', 'sent'])[1 + bucket % 3] FROM workflow_instances`,
  `INSERT INTO workflow_events (instance_id, seq, generation, type, data, occurred_at) SELECT id, s, 1, 'x', '{}', 0 FROM workflow_instances, generate_series(1, 2) s`,
  `INSERT INTO workflow_inbox (instance_id, id, bucket, kind, content, received_at) SELECT id, 'x', bucket, 'cancel', '{}', 0 FROM workflow_instances`,
  `INSERT INTO workflow_subscriptions SELECT id, 'p', 1, 'n', tenant, key, 0 FROM workflow_instances`,
  `INSERT INTO workflow_keyed_events (tenant, id, no, name, key, bucket, payload, status, received_at, expires_at)
   SELECT tenant, key, nextval('workflow_arrivals'), 'n', key, bucket, '{}', (ARRAY['offered','matched','kept','dropped'])[1 + bucket % 4], 0, 1 FROM workflow_instances`,
  `INSERT INTO workflow_lock_requests (instance_id, path, token, no, tenant, key, bucket, holders_at_most, requested_at, fence)
   SELECT id, 'p', 1, nextval('workflow_arrivals'), tenant, key, bucket, 1, 0, nullif(bucket % 2, 0) FROM workflow_instances`,
  `INSERT INTO workflow_attachments (instance_id, parent_id, path, token, bucket) SELECT id, gen_random_uuid(), 'p', 1, bucket FROM workflow_instances`,
  `INSERT INTO workflow_unsent SELECT id, 1, bucket % 8, 1, 1, bucket % 2 = 0 FROM workflow_instances`,
  `INSERT INTO workflow_asks (instance_id, path, tenant, definition, name, kind, assignees, opened_at) SELECT id, 'a', 'main', 'd', 'n', 'text', '{}', 1 FROM workflow_instances`,
  `INSERT INTO workflow_payloads SELECT id, md5(id::text), 2, '{}', 1 FROM workflow_instances`,
  `INSERT INTO workflow_snapshots SELECT id, 1, '{}' FROM workflow_instances`,
  `INSERT INTO workflow_stats (minute, definition, partition) SELECT n, 'd', 1 FROM generate_series(1, ${rows}) n`,
  `INSERT INTO workflow_triggers (tenant, name, kind, source, spec, status, revision, position, next_at, created_at, changed_at)
   SELECT tenant, key, 'schedule', 'api', '{}', 'active', 1, 1, 1, 1, 1 FROM workflow_instances`,
  `INSERT INTO workflow_trigger_runs (tenant, trigger, lane, slot, id, at, how, outcome, count, instance_id, is_open)
   SELECT tenant, key, 'slot', 1, gen_random_uuid(), 1, 'schedule', 'started', 1, id, bucket % 2 = 0 FROM workflow_instances`,
  `INSERT INTO workflow_backfills (id, tenant, trigger, position, until, overlap, due_at, created_at) SELECT id, tenant, key, 1, 1, 'allow', 1, 1 FROM workflow_instances`,
  `INSERT INTO workflow_batches SELECT 1, n % 8, n, 1, 1, '{}', '{}', '{}', 0 FROM generate_series(1, ${rows}) n`,
  `INSERT INTO workflow_webhooks (id, tenant, name, url, secrets, headers, status, created_at, changed_at)
   SELECT id, 'main', key, 'u', '{}', '{}', 'active', 0, 0 FROM workflow_instances`,
  `INSERT INTO workflow_webhook_cursors SELECT id, 1, bucket % 8, 1, 0, 0 FROM workflow_instances`,
  `INSERT INTO workflow_webhook_deliveries (webhook_id, instance_id, seq, id, event, status, created_at, tried_since, next_at)
   SELECT id, id, 1, id, 'started', (ARRAY['waiting','delivered'])[1 + bucket % 2], 0, 0, 0 FROM workflow_instances`,
];

jest.setTimeout(60_000); // the first start of an embedded server

describe.each(servers)('plans of the hot path on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;
  let pool: Pool;

  beforeAll(async () => {
    database = await server.migrated();
    pool = createHotPool(database.url);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const plans = async (): Promise<Map<string, string[]>> => {
    const client = await pool.connect();
    const found = new Map<string, string[]>();
    try {
      for (const statement of await all()) found.set(statement.name, scans(await planOf(client, statement)));
    } finally {
      client.release();
    }
    return found;
  };
  const expectKeysOnly = (found: Map<string, string[]>): void => {
    expect(Object.fromEntries([...found].filter(([, scanned]) => scanned.length > 0))).toEqual({});
    expect(found.size).toBe(hot.length + 4);
  };

  it('go by key on empty tables', async () => expectKeysOnly(await plans()));

  it('go by key on tables that have grown, before and after their statistics are known', async () => {
    for (const statement of fill(5_000)) await database.dataSource.query(statement);
    expectKeysOnly(await plans());
    await database.dataSource.query('ANALYZE');
    expectKeysOnly(await plans());
  });

  it('would be seen to scan on ordinary connections', async () => {
    const runner = database.dataSource.createQueryRunner();
    try {
      await runner.query('SET plan_cache_mode = force_generic_plan');
      await runner.query(`PREPARE plain AS SELECT * FROM workflow_instances WHERE summary = $1`);
      const rows = await runner.query(`EXPLAIN (FORMAT JSON) EXECUTE plain(NULL)`);
      expect(scans(rows[0]['QUERY PLAN'][0].Plan as PlanNode)).toEqual(['Seq Scan on workflow_instances ']);
      await runner.query('DEALLOCATE plain');
    } finally {
      await runner.release();
    }
  });
});
