import { jest } from '@jest/globals';
import type { Pool } from 'pg';
import {
  apply,
  type AuditEvent,
  canonicalJson,
  checksum,
  compile,
  decide,
  type InstanceId,
  type Message,
  newState,
  replay,
  toSnapshot,
} from '#libs/engine';
import { createHotPool } from '../connections/hot-pool.js';
import { DefinitionStore } from '../definitions/definition-store.js';
import { PgEventStore } from '../events/pg-event-store.js';
import { InstanceDoor } from '../instances/instance-door.js';
import { batch, newId, startRow } from '../testing/rows.js';
import { servers, type TestServer } from '../testing/test-servers.js';
import { verifyInstances, type VerifyProgress } from './verify-instances.js';

jest.setTimeout(60_000); // the first start of an embedded server

const spec = {
  name: 'verified',
  version: '1.0.0',
  summary: 'Number ${input.n}',
  steps: [
    { id: 'a', task: 'echo' },
    { id: 'b', task: 'echo' },
  ],
};
const plan = compile(spec).plan!;
const context = {
  nowMs: 1_000,
  draw: () => 0.5,
  newId: () => '',
  admit: () => 1,
  isServed: () => true,
  runningOn: () => undefined,
};

describe.each(servers)('verifyInstances on $name', (server: TestServer) => {
  let database: Awaited<ReturnType<TestServer['migrated']>>;
  let pool: Pool;
  let events: PgEventStore;
  let door: InstanceDoor;
  let nextBatch = 1;

  beforeAll(async () => {
    database = await server.migrated();
    pool = createHotPool(database.url);
    events = new PgEventStore(pool);
    door = new InstanceDoor(pool);
    await new DefinitionStore(database.dataSource).register({ ...spec, spec, checksum: checksum(spec) });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(() =>
    database.dataSource.query(
      'TRUNCATE workflow_instances, workflow_events, workflow_wakeups, workflow_snapshots, workflow_inbox, workflow_unsent',
    ),
  );

  /** An instance as an owner would have left it after its first `done` steps. */
  async function instance(done: number): Promise<InstanceId> {
    const row = startRow({ definition: spec.name, checksum: checksum(spec), input: { n: done } });
    await door.insertStarts([row]);
    const state = newState(row.id);
    const written: AuditEvent[] = [];
    const tell = (message: Message): void => {
      const decision = decide(plan, state, message, context);
      if (!decision.accepted) throw new Error(decision.reason);
      for (const event of decision.events) {
        apply(plan, state, event);
        written.push(event);
      }
    };
    tell({ type: 'start', input: { n: done }, checksum: checksum(spec) });
    for (const path of ['a', 'b'].slice(0, done))
      tell({ type: 'stepCompleted', path, token: state.step(path).token!, output: { path }, worker: 'w', startedAt: 1_000 });
    const isEnded = state.status === 'completed';
    await events.commit(
      batch(nextBatch++, {
        events: written.map((event) => ({ instanceId: row.id, event })),
        heads: [
          {
            id: row.id,
            status: state.status,
            seq: state.seq,
            generation: state.generation,
            summary: state.summary ?? null,
            output: isEnded ? state.output : null,
            error: state.error ?? null,
            tags: state.tags,
            startedAt: state.startedAt ?? null,
            endedAt: state.endedAt ?? null,
            stepsDone: state.endedSteps,
            stepsTotal: 2,
            currentStep: state.open.first() ?? null,
          },
        ],
        wakeups: [{ instanceId: row.id, bucket: row.bucket, dueAt: null, work: 'none', remove: isEnded }],
        snapshots: [{ instanceId: row.id, seq: state.seq, state: canonicalJson(toSnapshot(state)) }],
      }),
    );
    return row.id;
  }

  const verify = () => verifyInstances(database.dataSource, { replay });
  const kinds = async () => (await verify()).violations.map(({ instanceId, kind }) => ({ instanceId, kind }));

  it('finds nothing wrong with pending, running and completed instances', async () => {
    await door.insertStarts([startRow({ definition: spec.name, checksum: checksum(spec) })]);
    for (const done of [0, 1, 2]) await instance(done);
    const seen: VerifyProgress[] = [];
    const result = await verifyInstances(database.dataSource, { replay }, (progress) => seen.push(progress));
    expect(result).toEqual({ checked: 4, violations: [], found: 0 });
    expect(seen.at(-1)).toEqual({ checked: 4, violations: 0 });
  });

  it.each([
    ['status', `status = 'failed'`],
    ['seq', 'seq = seq + 1'],
    ['output', `output = '{"path":"x"}'`],
    ['tags', `tags = '{"x":1}'`],
    ['stepsDone', 'steps_done = 0'],
    ['summary', `summary = 'Number 9'`],
    ['error', `error = '{"code":"X","message":"m"}'`],
    ['input', `input = '{}'`],
    ['endedAt', 'ended_at = ended_at + 1'],
  ])('sees a head whose %s is not what the log says', async (name, change) => {
    const id = await instance(2);
    await database.dataSource.query(`UPDATE workflow_instances SET ${change} WHERE id = $1`, [id]);
    const { violations } = await verify();
    expect(violations).toEqual([
      { instanceId: id, kind: 'head', message: expect.stringContaining(`${name}: the log says`) as string },
    ]);
  });

  it.each([
    ['gap', 'DELETE FROM workflow_events WHERE instance_id = $1 AND seq = 2'],
    ['head', `DELETE FROM workflow_events WHERE instance_id = $1 AND seq > 1`],
    ['snapshot', `UPDATE workflow_snapshots SET state = replace(state, '"path":"a"', '"path":"z"') WHERE instance_id = $1`],
    ['wakeup', 'DELETE FROM workflow_wakeups WHERE instance_id = $1'],
    ['definition', `UPDATE workflow_instances SET checksum = 'other' WHERE id = $1`],
    ['replay', `UPDATE workflow_events SET data = 'null' WHERE instance_id = $1 AND type = 'instanceStarted'`],
  ])('sees a violation of kind %s', async (kind, damage) => {
    const id = await instance(1);
    await instance(2);
    await database.dataSource.query(damage, [id]);
    const found = await kinds();
    expect(found).toContainEqual({ instanceId: id, kind });
    expect(found.every((violation) => violation.instanceId === id)).toBe(true);
  });

  it('sees a wake-up row of an instance that has ended, and rows of none', async () => {
    const [ended, gone] = [await instance(2), newId()];
    await database.dataSource.query('INSERT INTO workflow_wakeups VALUES ($1, 0, 1)', [ended]);
    await database.dataSource.query(
      `INSERT INTO workflow_inbox (instance_id, id, bucket, kind, content, received_at) VALUES ($1, 'x', 0, 'cancel', '{}', 0)`,
      [gone],
    );
    expect(await kinds()).toEqual([
      { instanceId: ended, kind: 'wakeup' },
      { instanceId: gone, kind: 'orphan' },
    ]);
  });

  it('checks more instances than fit into a page', async () => {
    const rows = Array.from({ length: 1_200 }, () => startRow({ definition: spec.name, checksum: checksum(spec) }));
    for (let from = 0; from < rows.length; from += 1_000) await door.insertStarts(rows.slice(from, from + 1_000));
    expect(await verify()).toMatchObject({ checked: 1_200, found: 0 });
  });
});
