import fc from 'fast-check';
import type { Client } from 'pg';
import type { Json } from '#libs/engine';
import { steadySeed, hostileJson, hostileText, mutated } from '#libs/testing';

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

/** One cell written over by a stranger. */
export interface Spoilt extends Column {
  readonly value: unknown;
}

/** Not the rows of others: the journal and its leases fence, migrations are told apart by name, and what tells whether all is well stays so. */
const keptTables = ['workflow_partitions', 'workflow_batches', 'workflow_migrations', 'workflow_orchestrators'];

const numbers: Readonly<Record<string, readonly string[]>> = {
  smallint: ['0', '-1', '32767'],
  integer: ['0', '-1', '1', '2147483647', '-2147483648'],
  bigint: ['0', '-1', '1', '9007199254740993', '9223372036854775807', '-9223372036854775808'],
};

/** A reference to a payload, but none of ours. */
const notOurs = '{"input":{"$payload":{"ref":"nobody/x","sha256":"x","size":1}}}';

/** What has once ended the process, stopped a partition, all schedules or `verify`, or was answered as an error of ours; tried in every round. */
const foundBefore: readonly Spoilt[] = [
  { table: 'workflow_webhooks', column: 'url', type: 'text', value: 'no address' },
  { table: 'workflow_events', column: 'data', type: 'text', value: '{' },
  { table: 'workflow_inbox', column: 'content', type: 'text', value: '{' },
  { table: 'workflow_instances', column: 'input', type: 'text', value: '{' },
  { table: 'workflow_triggers', column: 'spec', type: 'text', value: '{' },
  { table: 'workflow_stats', column: 'completed', type: 'bigint', value: '9223372036854775807' },
  { table: 'workflow_definitions', column: 'spec', type: 'text', value: '{}' },
  { table: 'workflow_definitions', column: 'spec', type: 'text', value: '{"name": "x' },
  { table: 'workflow_definitions', column: 'version', type: 'text', value: 'one' },
  { table: 'workflow_instances', column: 'origin', type: 'text', value: '{"trigger":{"name":"x","scheduledAt"' },
  { table: 'workflow_events', column: 'data', type: 'text', value: notOurs },
  { table: 'workflow_inbox', column: 'content', type: 'text', value: notOurs },
  { table: 'workflow_instances', column: 'output', type: 'text', value: '{"$payload":7}' },
];

/** Writes over cells of any table of ours: structure-aware where JSON stands, else with what the type takes. @returns what the database has let pass */
export async function spoilRows(database: Client, count: number, round: number): Promise<Spoilt[]> {
  const { rows: columns } = await database.query<Column>(
    `SELECT table_name AS table, column_name AS column, data_type AS type FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name LIKE 'workflow\\_%' AND table_name NOT LIKE '%\\_p20%' AND table_name <> ALL($1) ORDER BY 1, 2`,
    [keptTables],
  );
  const filled = await tablesWithRows(database, columns);
  const picks = fc.sample(fc.record({ at: fc.nat(), row: fc.nat() }), { numRuns: count, seed: steadySeed + round });
  const spoilt: Spoilt[] = [];
  for (const one of foundBefore) {
    const found = await cell(database, one, round);
    if (found !== undefined && (await overwrite(database, one, found.ctid, one.value))) spoilt.push(one);
  }
  for (const [index, { at, row }] of picks.entries()) {
    const column = filled[at % filled.length]!;
    const found = await cell(database, column, row);
    if (found === undefined) continue;
    const [value] = fc.sample(valueFor(column.type, found.value), { numRuns: 1, seed: steadySeed + round * 10_000 + index });
    if (await overwrite(database, column, found.ctid, value)) spoilt.push({ ...column, value });
  }
  return spoilt;
}

async function tablesWithRows(database: Client, columns: readonly Column[]): Promise<Column[]> {
  const filled = new Set<string>();
  for (const table of new Set(columns.map((each) => each.table)))
    if ((await database.query(`SELECT 1 FROM ${table} LIMIT 1`)).rowCount === 1) filled.add(table);
  return columns.filter(({ table }) => filled.has(table));
}

/** Rows of the definition that tells whether all is well are no target. */
const notProbe = ({ table }: Column): string =>
  table.startsWith('workflow_definition')
    ? `WHERE name <> 'probe'`
    : table === 'workflow_instances'
      ? `WHERE definition <> 'probe'`
      : '';

async function cell(database: Client, column: Column, row: number): Promise<{ ctid: string; value: string | null } | undefined> {
  const { rows } = await database.query<{ ctid: string; value: string | null }>(
    `SELECT tableoid::regclass || ' ' || ctid AS ctid, ${column.column}::text AS value FROM ${column.table} ${notProbe(column)} ORDER BY tableoid, ctid`,
  );
  return rows[row % Math.max(1, rows.length)];
}

async function overwrite(database: Client, { column, type }: Column, at: string, value: unknown): Promise<boolean> {
  const [table, ctid] = at.split(' ');
  return database
    .query(`UPDATE ${table} SET ${column} = $1::${type === 'ARRAY' ? 'text' : type} WHERE ctid = $2`, [value, ctid])
    .then(
      () => true,
      () => false, // the database itself knows better
    );
}

const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed();

function valueFor(type: string, present: string | null): fc.Arbitrary<unknown> {
  if (numbers[type]) return fc.constantFrom(...numbers[type]);
  if (type === 'jsonb')
    return fc.jsonValue({ maxDepth: 2 }).map((value) => storable(JSON.stringify(value).replaceAll('\\u0000', '')));
  if (type === 'uuid') return fc.constantFrom('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  if (type === 'boolean') return fc.boolean();
  if (type !== 'text') return fc.constant(null);
  const json = jsonIn(present);
  if (json === undefined) return hostileText.map(storable);
  return fc.oneof(
    { weight: 3, arbitrary: mutated(fc.constant(json)).map(storable) },
    { weight: 1, arbitrary: hostileJson.map(storable) },
    { weight: 1, arbitrary: fc.constantFrom('', '{', 'null', '[]', '7', '{}', '{"$payload":null}', notOurs) },
  );
}

function jsonIn(text: string | null): Json | undefined {
  try {
    const value = JSON.parse(text ?? '') as Json;
    return typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}
