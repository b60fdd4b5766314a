import { Client } from 'pg';
import type { InstanceSummary } from '#libs/contracts';
import { until } from '#libs/testing';
import { describeWithServers, faultFixture, type FaultFixture } from '../faults/fixture.js';

/** 100,000 instances with `ORQUESTRA_TEST_SCALE=full` (some ten minutes); else a tenth. */
const isFull = process.env['ORQUESTRA_TEST_SCALE'] === 'full';
const each = isFull ? 25_000 : 2_500;
const instances = 4 * each;

const definition = (kind: string, step: object) => ({
  name: `scale.${kind}`,
  version: '1.0.0',
  steps: [
    { id: 'wait', ...step },
    { id: 'say', type: 'set', values: { woken: '${input.n}' } },
  ],
});

/** What the database has done so far: transactions, and rows it looked at. */
interface Work {
  readonly transactions: number;
  readonly rows: number;
}

describeWithServers(`${instances} instances that wait`, () => {
  let bench: FaultFixture;
  let database: Client;
  const started: string[] = [];

  beforeAll(async () => {
    bench = await faultFixture({ counts: { worker: 1 } });
    database = new Client({ connectionString: bench.database.url });
    await database.connect();
    const documents = [
      definition('event', { type: 'event', names: ['go'] }),
      definition('key', { type: 'event', names: ['go'], correlate: 'everyone' }),
      definition('ask', { type: 'ask', kind: 'approval' }),
      definition('sleep', { type: 'sleep', until: '${input.until}' }),
    ];
    for (const document of documents) await bench.client.registerDefinition({ document });
  }, 120_000);
  afterAll(async () => {
    await database?.end();
    await bench?.[Symbol.asyncDispose]();
  }, 60_000);

  const number = async (query: string): Promise<number> => Number((await database.query(query)).rows[0].n);
  const withStatus = (status: InstanceSummary['status']) =>
    number(`SELECT count(*) n FROM workflow_instances WHERE status = '${status}'`);

  const work = async (): Promise<Work> => {
    const { rows } = await database.query(
      `SELECT xact_commit + xact_rollback AS transactions, tup_returned + tup_fetched AS rows FROM pg_stat_database WHERE datname = current_database()`,
    );
    return { transactions: Number(rows[0].transactions), rows: Number(rows[0].rows) };
  };
  /** What is done while nothing happens, a second. */
  const workAtRest = async (): Promise<Work> => {
    const seconds = 5;
    const before = await work();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000)); // the time is what is measured
    const after = await work();
    return { transactions: (after.transactions - before.transactions) / seconds, rows: (after.rows - before.rows) / seconds };
  };

  async function startAll(kind: string, input: object): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < each; n += 500) {
      const batch = Array.from({ length: 500 }, (_, i) => ({ definition: `scale.${kind}`, input: { n: n + i, ...input } }));
      const { items } = await bench.client.startBatch(batch);
      ids.push(...items.map(({ instance }) => instance?.id as string));
    }
    started.push(...ids);
    return ids;
  }

  let byEvent: string[];
  let byAsk: string[];
  let restBefore: Work;
  let due: number;

  it('all come to wait', async () => {
    restBefore = await workAtRest();
    due = Date.now() + (isFull ? 300_000 : 45_000);
    const since = performance.now();
    byEvent = await startAll('event', {});
    byAsk = await startAll('ask', {});
    await startAll('key', {});
    await startAll('sleep', { until: new Date(due).toISOString() });
    const all = await until(async () => ((await withStatus('waiting')) === instances ? true : undefined), 400_000);
    process.stdout.write(`${instances} waiting after ${Math.round(performance.now() - since)} ms\n`);
    expect(all).toBe(true);
  }, 500_000);

  it('are only rows: no message, no step of a worker, no row that asks to be looked at, and no more statements than without them', async () => {
    const noMessage = async (): Promise<true | undefined> => {
      const queues = await bench.broker.ctl('list_queues', 'messages', '--no-table-headers');
      return queues.split('\n').some((line) => Number(line) > 0) ? undefined : true; // the last hints are being acknowledged
    };
    expect(await until(noMessage, 20_000)).toBe(true);
    expect((await bench.client.workers()).map(({ held }) => held)).toEqual([0]);
    expect(await number(`SELECT count(*) n FROM workflow_wakeups WHERE due_at IS NOT NULL OR work <> 'none'`)).toBe(each);
    expect(await number(`SELECT count(*) n FROM workflow_inbox WHERE applied_seq IS NULL AND outcome IS NULL`)).toBe(0);
    let rest = await workAtRest();
    // What idle connections did before comes into the statistics up to ten seconds late, and the tables are analyzed once.
    const isOver = ({ rows, transactions }: Work): boolean =>
      rows <= restBefore.rows && transactions <= 1.2 * restBefore.transactions;
    for (let look = 1; look < 5 && !isOver(rest); look += 1) rest = await workAtRest();
    process.stdout.write(`at rest a second: before ${JSON.stringify(restBefore)}, now ${JSON.stringify(rest)}\n`);
    expect(rest.transactions).toBeLessThan(1.5 * restBefore.transactions + 5);
    expect(rest.rows).toBeLessThan(2 * restBefore.rows + 1_000);
  }, 120_000);

  it('all wake: by an event each, by one event for all, by an answer, by the time', async () => {
    const since = performance.now();
    await bench.client.sendEvent({ name: 'go', key: 'everyone', payload: null }, { waitMs: 0 });
    const sends = [
      ...byEvent.map((id) => () => bench.client.sendEventToInstance(id, { name: 'go' }, { waitMs: 0 })),
      ...byAsk.map((id) => () => bench.client.answerAsk(id, 'wait', { value: 'approved' }, { waitMs: 0 })),
    ];
    const sender = async (): Promise<void> => {
      for (let send = sends.pop(); send !== undefined; send = sends.pop()) await send();
    };
    await Promise.all(Array.from({ length: 16 }, sender));
    const all = await until(async () => ((await withStatus('completed')) === instances ? true : undefined), 900_000);
    process.stdout.write(`${instances} completed after ${Math.round(performance.now() - since)} ms\n`);
    expect(all).toBe(true);
    const { rows } = await database.query(
      `SELECT count(*)::int AS early FROM workflow_events e JOIN workflow_instances i ON i.id = e.instance_id
       WHERE i.definition = 'scale.sleep' AND e.type = 'stepCompleted' AND e.path = 'wait' AND e.occurred_at < ${due}`,
    );
    expect(rows[0].early).toBe(0);
    const late = await number(
      `SELECT max(occurred_at) - ${due} n FROM workflow_events e JOIN workflow_instances i ON i.id = e.instance_id
       WHERE i.definition = 'scale.sleep' AND e.type = 'stepCompleted' AND e.path = 'wait'`,
    );
    process.stdout.write(`the last of ${each} sleeps that were due at once woke ${late} ms late\n`);
    expect(
      await number(`SELECT count(*) n FROM workflow_instances WHERE output::jsonb->'woken' IS DISTINCT FROM input::jsonb->'n'`),
    ).toBe(0);
    expect(await bench.verify()).toMatchObject({ violations: 0, checked: instances });
  }, 1_500_000);
});
