import { jest } from '@jest/globals';
import type { Pool } from 'pg';
import { checksum, compile, type InstanceId, type Json } from '#libs/engine';
import { drive, type Worker } from '../../../engine/src/testing/play.js';
import { VirtualShell } from '../../../engine/src/testing/virtual-shell.js';
import { createHotPool } from '../connections/hot-pool.js';
import { DefinitionStore } from '../definitions/definition-store.js';
import { InstanceDoor } from '../instances/instance-door.js';
import { newId, startRow } from '../testing/rows.js';
import { ShellStore } from '../testing/stored-shell.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import { checksOfJournal } from './journal-checks.js';
import { readEvents } from './read-page.js';
import { verifyInstances, type VerifyProgress, verifyThese } from './verify-instances.js';

jest.setTimeout(60_000); // the first start of an embedded server

const task = (id: string, more: object = {}) => ({ id, task: 'echo', retry: { maxAttempts: 1 }, ...more });
const specs = {
  chain: { summary: 'Number ${input.n}', steps: [task('a'), task('b')] },
  join: { steps: [task('a', { needs: [] }), task('b', { needs: [] }), task('c', { needs: ['a', 'b'] })] },
  saga: { compensation: { on: ['failure'] }, steps: [task('a', { compensate: { task: 'undo' } }), task('b', { compensate: { task: 'undo' } }), task('bad')] }, // prettier-ignore
  nap: { steps: [{ id: 'nap', type: 'sleep', for: '5m' }] },
  ask: { steps: [{ id: 'q', type: 'ask', kind: 'approval' }] },
  call: { steps: [{ id: 'c', type: 'workflow', workflow: 'verified-nap' }] },
} as const;
type Name = keyof typeof specs;
const specOf = (name: Name) => ({ name: `verified-${name}`, version: '1.0.0', ...specs[name] });

const worker: Worker = (path, input) => (path === 'bad' ? { code: 'BOOM' } : { output: input });

describe.each(servers)('verifyInstances on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;
  let pool: Pool;
  let store: ShellStore;

  beforeAll(async () => {
    database = await server.migrated();
    pool = createHotPool(database.url);
    store = new ShellStore(pool);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(async () => {
    await database.dataSource.query(
      'TRUNCATE workflow_instances, workflow_events, workflow_wakeups, workflow_snapshots, workflow_inbox, workflow_unsent, workflow_batches, workflow_stats, workflow_payloads, workflow_trigger_runs, workflow_definitions, workflow_definition_names',
    );
    const definitions = new DefinitionStore(database.dataSource);
    for (const name of Object.keys(specs) as Name[]) {
      const spec = specOf(name);
      await definitions.register({
        ...spec,
        spec: spec as unknown as Json,
        checksum: checksum(spec as unknown as Json),
      } as never);
    }
    await store.begin();
  });

  /** Begins, and as yet nobody has done anything. */
  function begin(name: Name, input: Json = { n: 1 }): VirtualShell {
    const spec = specOf(name);
    const { plan, problems } = compile(spec);
    if (plan === undefined) throw new Error(JSON.stringify(problems));
    const shell = new VirtualShell(plan, {}, newId());
    shell.tell({ type: 'start', input, checksum: checksum(spec as unknown as Json) });
    return shell;
  }
  async function stored(shell: VirtualShell, how: Parameters<ShellStore['put']>[1] = {}): Promise<InstanceId> {
    await store.put(shell, how);
    return shell.id;
  }
  /** Runs to its end, or until only somebody else can move it. */
  function played(name: Name, input?: Json): VirtualShell {
    const shell = begin(name, input);
    drive(shell, worker);
    return shell;
  }
  function cancelled(): VirtualShell {
    const shell = begin('join');
    shell.tell({ type: 'cancel' });
    for (const command of shell.openCommands()) shell.complete(command);
    return shell;
  }
  const sql = (text: string, values: unknown[] = []): Promise<unknown> => database.dataSource.query(text, values);
  /** Of an event: sets a member of its data. */
  const change = (id: string, type: string, path: string[], value: string): Promise<unknown> =>
    sql(`UPDATE workflow_events SET data = jsonb_set(data::jsonb, $3, $4::jsonb)::text WHERE instance_id = $1 AND type = $2`, [id, type, path, value]); // prettier-ignore
  const swap = (id: string, one: number, other: number): Promise<unknown> =>
    sql('DELETE FROM workflow_events WHERE instance_id = $1 AND seq IN ($2, $3) RETURNING *', [id, one, other]).then(
      async (deleted) => {
        for (const row of (deleted as [Record<string, unknown>[]])[0])
        await sql('INSERT INTO workflow_events (instance_id, seq, generation, type, path, attempt, data, occurred_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', [
          id, row['seq'] === one ? other : one, row['generation'], row['type'], row['path'], row['attempt'], row['data'], row['occurred_at'],
        ]); // prettier-ignore
      },
    );

  const verify = () => verifyInstances(database.dataSource);
  /** Invariants that are violated, each with whom it is about and its first differing events. */
  async function found(): Promise<Record<string, [string | null, number | null][]>> {
    const { violations } = await verify();
    const byName = Map.groupBy(violations, ({ invariant }) => invariant);
    return Object.fromEntries([...byName].map(([name, own]) => [name, own.map(({ instanceId, seq }) => [instanceId, seq])]));
  }

  it('finds nothing wrong with what is pending, open or has ended, and says what it has checked', async () => {
    await new InstanceDoor(pool).insertStarts([startRow({ definition: 'verified-chain' })]);
    for (const name of ['chain', 'join', 'saga', 'nap'] as const) await stored(played(name));
    await stored(begin('chain'), { withSnapshot: true });
    await stored(begin('nap'));
    await stored(cancelled());
    const seen: VerifyProgress[] = [];
    const result = await verifyInstances(database.dataSource, (progress) => seen.push(progress));
    expect(result).toMatchObject({ checked: 8, found: 0, violations: [] });
    expect(seen.at(-1)).toEqual({ checked: 8, events: result.events, violations: 0 });
    const counts = Object.fromEntries(result.invariants.map(({ invariant, checked }) => [invariant, checked]));
    expect(counts).toMatchObject({ I3: expect.any(Number), I6: 15, I7: 12, I10: 8, I11: 8, I14: 1, I16: 7, I18: 23 });
    expect(Object.keys(counts)).toHaveLength(14);
  });

  const cases: [name: string, build: () => VirtualShell, damage: (id: string) => Promise<unknown>, seq?: number][] = [
    ['I3', () => played('chain'), (id) => sql(`UPDATE workflow_events SET data = replace(data, '"token":4', '"token":2') WHERE instance_id = $1 AND seq = 5`, [id]), 5],
    ['I7', () => begin('chain'), (id) => sql('DELETE FROM workflow_wakeups WHERE instance_id = $1', [id])],
    ['I7', () => begin('nap'), (id) => sql('UPDATE workflow_wakeups SET due_at = due_at + 1 WHERE instance_id = $1', [id])],
    ['I7', () => begin('chain'), (id) => sql(`UPDATE workflow_wakeups SET work = 'none' WHERE instance_id = $1`, [id])],
    ['I7', () => played('chain'), (id) => sql(`INSERT INTO workflow_wakeups VALUES ($1, 0, 1)`, [id])],
    ['I7', () => begin('ask'), () => Promise.resolve()], // the helper writes no row into the list of asks
    ['I9', () => played('join'), (id) => swap(id, 5, 6), 5],
    ['I10', () => played('chain'), (id) => sql('DELETE FROM workflow_events WHERE instance_id = $1 AND seq = 2', [id]), 3],
    ['I10', () => begin('chain'), (id) => sql('DELETE FROM workflow_events WHERE instance_id = $1 AND seq = 2', [id]), 2],
    ['I11', () => played('chain'), (id) => sql(`UPDATE workflow_instances SET output = '{"path":"x"}' WHERE id = $1`, [id]), 6],
    ['I11', () => begin('chain'), (id) => sql(`UPDATE workflow_events SET data = 'null' WHERE instance_id = $1 AND seq = 1`, [id]), 1],
    ['I11', () => begin('chain'), (id) => sql(`UPDATE workflow_events SET data = '{' WHERE instance_id = $1 AND seq = 2`, [id]), 2],
    ['I11', () => begin('chain'), (id) => sql(`UPDATE workflow_events SET type = 'stepDreamt' WHERE instance_id = $1 AND seq = 2`, [id]), 2],
    ['I11', () => begin('chain'), (id) => sql(`UPDATE workflow_events SET schema_version = 2 WHERE instance_id = $1 AND seq = 2`, [id]), 2],
    ['I12', () => played('chain'), async (id) => {
      await sql(`INSERT INTO workflow_events (instance_id, seq, generation, type, data, occurred_at) SELECT instance_id, 7, 1, type, data, occurred_at FROM workflow_events WHERE instance_id = $1 AND seq = 6`, [id]);
      await sql('UPDATE workflow_instances SET seq = 7 WHERE id = $1', [id]);
      await sql('UPDATE workflow_batches SET touched_to = ARRAY[7] WHERE touched = ARRAY[$1::uuid]', [id]);
    }, 7],
    ['I13', () => played('saga'), (id) => change(id, 'instanceCompensating', ['paths'], '["a","b"]'), 8],
    ['I14', () => played('nap'), (id) => change(id, 'timerStarted', ['dueAt'], '99999999999'), 3],
    ['I15', () => cancelled(), (id) => swap(id, 3, 4), 4],
    ['I16', () => played('chain'), (id) => sql(`UPDATE workflow_instances SET checksum = 'other' WHERE id = $1`, [id]), 1],
    ['I16', () => played('chain'), () => sql(`UPDATE workflow_definitions SET spec = replace(spec, 'Number', 'Nummer') WHERE name = 'verified-chain'`), 1],
    ['I21', () => played('chain'), (id) => sql('DELETE FROM workflow_events WHERE instance_id = $1', [id])],
    ['I21', () => played('chain', { n: 1, big: 'x'.repeat(70_000) }), (id) => sql('DELETE FROM workflow_payloads WHERE instance_id = $1', [id])],
  ]; // prettier-ignore
  it.each(cases)('sees a violation of %s, and of nothing else', async (invariant, build, damage, seq: number | null = null) => {
    await stored(played('chain'));
    const id = await stored(build());
    await damage(id);
    const violations = await found();
    expect(Object.keys(violations)).toEqual([invariant]);
    expect(violations[invariant]).toContainEqual([id, seq]);
  });

  it.each([
    ['status', `status = 'failed'`],
    ['tags', `tags = '{"x":1}'`],
    ['stepsDone', 'steps_done = 0'],
    ['summary', `summary = 'Number 9'`],
    ['error', `error = '{"code":"X","message":"m"}'`],
    ['input', `input = '{}'`],
    ['endedAt', 'ended_at = ended_at + 1'],
  ])('sees a head whose %s is not what the log says (I11)', async (name, damage) => {
    const id = await stored(played('chain'));
    await sql(`UPDATE workflow_instances SET ${damage} WHERE id = $1`, [id]);
    expect((await verify()).violations).toEqual([
      { invariant: 'I11', instanceId: id, seq: 6, message: expect.stringContaining(`${name}: the log says`) as string },
    ]);
  });

  const ref = JSON.stringify({ $payload: { ref: 'nobody/x', sha256: 'x', size: 1 } });
  const spoilt: [table: string, cells: string, told: string | undefined][] = [
    ...['{', 'null', ref, '{"$payload":7}', '{"scheduledAt":'].map((text): [string, string, string] => ['workflow_events', `data = '${text}'`, 'I11']),
    ['workflow_events', `data = '{"output":${ref}}'`, 'I11'],
    ['workflow_instances', `input = '{'`, 'I11'],
    ['workflow_instances', `input = '${ref}'`, 'I11'],
    ['workflow_instances', `error = '{"$payload":null'`, 'I11'],
    ['workflow_instances', `origin = '{'`, 'I11'],
    ['workflow_instances', `origin = '{"trigger":{"scheduledAt"'`, 'I11'],
    ['workflow_instances', `origin = '"trigger":{"name":"x","scheduledAt":7'`, 'I11'],
    ['workflow_instances', `tags = '7'`, 'I11'],
    ['workflow_instances', 'seq = 2147483647', 'I10'],
    ['workflow_snapshots', `state = '{'`, 'I11'],
    ['workflow_payloads', `content = '{'`, 'I11'],
    ['workflow_definitions', `spec = '{"steps'`, 'I16'],
    ['workflow_definitions', `spec = 'null'`, 'I16'],
    ['workflow_definitions', `version = 'one'`, 'I16'],
    ['workflow_stats', 'started = 9223372036854775807', 'I6'],
    ['workflow_batches', 'touched_from = ARRAY[-2147483648]', 'I18'],
  ]; // prettier-ignore
  it.each(spoilt)('goes through whatever somebody has written into %s: %s', async (table, cells, told) => {
    const [parent, child] = [cancelled(), begin('nap')];
    for (const shell of [parent, child, played('chain', { n: 1, big: 'x'.repeat(70_000) })]) await stored(shell);
    await stored(begin('chain'), { withSnapshot: true });
    await stored(played('chain'));
    await sql('UPDATE workflow_instances SET parent = $2 WHERE id = $1', [child.id, parent.id]);
    await sql(`UPDATE ${table} SET ${cells}`);
    const { checked, violations } = await verify();
    expect(checked).toBe(5);
    expect(violations.map(({ invariant }) => invariant)).toContain(told);
  });

  it('goes through logs whose data are of another shape than they were', async () => {
    let count = 0;
    for (const name of ['chain', 'nap', 'ask', 'call'] as const)
      for (const value of ['null', '{}', '["x"]', '"x"', '-1'])
        for (const { seq, data } of begin(name).history)
          for (const member of Object.keys(data)) {
            const id = await stored(begin(name));
            await sql('UPDATE workflow_events SET data = jsonb_set(data::jsonb, $3, $4::jsonb)::text WHERE instance_id = $1 AND seq = $2', [id, seq, [member], value]); // prettier-ignore
            count += 1;
          }
    await stored(played('chain'));
    const { checked, violations } = await verify();
    expect(checked).toBe(count + 1);
    expect(violations.length).toBeGreaterThan(count / 2);
  });

  it('sees a snapshot that is not the fold of the log up to there (I11)', async () => {
    const id = await stored(begin('chain'), { withSnapshot: true });
    expect(await found()).toEqual({});
    await sql(`UPDATE workflow_snapshots SET state = replace(state, '"n":1', '"n":2') WHERE instance_id = $1`, [id]);
    expect(await found()).toEqual({ I11: [[id, 2]] });
  });

  it('sees that an instance was started and is in no state (I6)', async () => {
    const id = await stored(played('chain'));
    await sql('UPDATE workflow_stats SET started = started + 1');
    expect(await found()).toEqual({ I6: [[null, null]] });
    await sql('UPDATE workflow_stats SET started = started - 1');
    await sql(`UPDATE workflow_batches SET touched = '{}', touched_from = '{}', touched_to = '{}'`);
    await sql('DELETE FROM workflow_instances WHERE id = $1', [id]);
    expect(await found()).toEqual({ I6: [[id, 1], [null, null]] }); // prettier-ignore
  });

  it('sees a child that is not told that its parent was cancelled (I15)', async () => {
    const parent = cancelled();
    const child = begin('nap');
    await stored(parent);
    await stored(child, { origin: { parent: { instance: parent.id, path: 'p', token: 2, depth: 1, onParentClose: 'cancel' } } });
    await sql('UPDATE workflow_instances SET parent = $2 WHERE id = $1', [child.id, parent.id]);
    await change(child.id, 'instanceStarted', ['parent'], JSON.stringify({ instance: parent.id, path: 'p', token: 2, depth: 1, onParentClose: 'cancel' })); // prettier-ignore
    expect(await found()).toEqual({ I15: [[child.id, null]] });
    await sql(
      `INSERT INTO workflow_inbox (instance_id, id, bucket, kind, content, received_at) VALUES ($1, 'x', 0, 'cancel', '{}', 0)`,
      [child.id],
    );
    expect(await found()).toEqual({});
  });

  it('sees what is not in the journal, and what only the journal names (I18)', async () => {
    const id = await stored(played('chain'));
    await sql('UPDATE workflow_batches SET touched_to = ARRAY[5] WHERE touched_to = ARRAY[6]');
    expect(await found()).toEqual({ I18: [[id, 6]] });
    await sql('UPDATE workflow_batches SET touched_to = ARRAY[7] WHERE touched_to = ARRAY[5]');
    expect(await found()).toEqual({ I18: [[id, 7]] });
    await sql('DELETE FROM workflow_batches WHERE batch_no > 1');
    expect(await found()).toEqual({ I18: [[id, 1]] });
    await sql('INSERT INTO workflow_unsent (instance_id, token, partition, tries, retry_at) VALUES ($1, 99, 0, 1, 0)', [id]);
    expect((await found())['I18']).toContainEqual([id, 99]);
  });

  it('sees a deposed owner in the journal (I18)', async () => {
    await stored(played('chain'));
    await stored(played('chain'));
    await sql('UPDATE workflow_batches SET epoch = 2 WHERE batch_no = 2');
    expect((await verify()).violations).toEqual([
      { invariant: 'I18', instanceId: null, seq: null, message: 'partition 0 of topology 1: batch 3 of epoch 1 follows epoch 2' },
    ]);
  });

  it('sees a slot that has started two instances (I20)', async () => {
    const origin = { trigger: { name: 'nightly', scheduledAt: 60_000 } };
    const ids = [await stored(played('chain'), { origin }), await stored(played('chain'), { origin })].sort();
    expect(await found()).toEqual({ I20: [[ids[1], null]] });
    await sql(`UPDATE workflow_instances SET origin = replace(origin, '60000', '61000') WHERE id = $1`, [ids[1]]);
    expect(await found()).toEqual({});
  });

  it('sees rows of no instance (I7)', async () => {
    const gone = newId();
    await sql(
      `INSERT INTO workflow_inbox (instance_id, id, bucket, kind, content, received_at) VALUES ($1, 'x', 0, 'cancel', '{}', 0)`,
      [gone],
    );
    expect(await found()).toEqual({ I7: [[gone, null]] });
  });

  it('reads logs in slices bounded by events and by the bytes of what they carry', async () => {
    const big = 'x'.repeat(100_000);
    const ids: InstanceId[] = [];
    for (let n = 0; n < 3; n += 1) {
      const shell = begin('chain');
      drive(shell, () => ({ output: big }));
      ids.push(await stored(shell));
    }
    const slices: { rows: number; bytes: number }[] = [];
    const seqs = new Map<string, number[]>();
    await database.dataSource.transaction(async (manager) => {
      for await (const { rows, contents } of readEvents(manager, ids, { events: 4, bytes: 150_000 })) {
        slices.push({ rows: rows.length, bytes: [...contents.values()].reduce((sum, { length }) => sum + length, 0) });
        for (const { id, seq } of rows) seqs.set(id, [...(seqs.get(id) ?? []), seq]);
      }
    });
    expect(Math.max(...slices.map(({ rows }) => rows))).toBe(4);
    expect(Math.max(...slices.map(({ bytes }) => bytes))).toBeGreaterThan(big.length);
    expect(Math.max(...slices.map(({ bytes }) => bytes))).toBeLessThan(150_000);
    expect([...seqs.keys()].sort()).toEqual([...ids].sort());
    for (const own of seqs.values()) expect(own).toEqual(own.map((_, index) => index + 1));
    expect(await verifyThese(database.dataSource, ids)).toEqual({ checked: 3, violations: [] });
  });

  it('finds those that no row of the journal names without comparing each with each', async () => {
    const explained: { 'QUERY PLAN': string }[] = await database.dataSource.query(`EXPLAIN ${checksOfJournal[1]!.wrong}`);
    expect(explained.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Hash (Right )?Anti Join|Merge Anti Join/);
  });

  it('checks more instances than fit into a page, and a log longer than one', async () => {
    const door = new InstanceDoor(pool);
    const rows = Array.from({ length: 1_200 }, () => startRow({ definition: 'verified-chain' }));
    for (let from = 0; from < rows.length; from += 1_000) await door.insertStarts(rows.slice(from, from + 1_000));
    const long = begin('ask');
    for (let n = 0; n < 5_250; n += 1) for (const type of ['pause', 'resume'] as const) long.tell({ type });
    long.tell({ type: 'answerAsk', name: 'q', value: 'approved', by: 'ana' });
    expect(long.history.length).toBeGreaterThan(10_000);
    await stored(long);
    expect(await verify()).toMatchObject({ checked: 1_201, events: long.history.length, found: 0 });
  });
});
