import amqp from 'amqplib';
import { Client } from 'pg';
import { attemptsOf, type LoggedAttempt, mostAtOnce, until } from '#libs/testing';
import { endsOf, startMany } from '../faults/instances.js';
import { describeWithServers, faultFixture, type FaultFixture } from '../faults/fixture.js';

/** 50,000 starts with `ORQUESTRA_TEST_SCALE=full` (some minutes); else 2,000. */
const isFull = process.env['ORQUESTRA_TEST_SCALE'] === 'full';
const starts = isFull ? 50_000 : 2_000;
const definitions = 20;
const each = starts / definitions;

/** How far shares may be from their mean. Fairness is kept by each partition: where ids fall scatters few starts more than many. */
const tolerance = isFull ? 0.2 : 0.3;

/** Of the queue, and of the task of the first half of the definitions. */
const queueLimit = isFull ? 60 : 24;
const taskLimit = isFull ? 20 : 8;

/** The first ten are of a limited task; of the others the last five are of a higher priority. */
const documentOf = (n: number) => ({
  name: `lanes.d${n}`,
  version: '1.0.0',
  ...(n >= 15 && { priority: 5 }),
  steps: [{ id: 'work', task: n < 10 ? 'simulate' : 'echo', input: n < 10 ? { durationMs: 5 } : {} }],
});
const groups = [0, 10, 15] as const;
const groupOf = (definition: string): number => groups.findLast((first) => Number(definition.slice('lanes.d'.length)) >= first)!;

/** Partitions whose owner has not yet told the limit of the queue what it has: it does so as soon as it has read that there is one. */
const unheard = `SELECT (SELECT count(*) FROM workflow_partitions) -
  (SELECT count(*) FROM workflow_slot_grants WHERE scope = 'queue' AND name = 'default') AS n`;

/** How many of each definition are among the first of what was sent of a group, against the mean. */
function spread(sent: readonly LoggedAttempt[]): { least: number; most: number } {
  const early = sent.slice(0, Math.floor(sent.length * 0.4)); // none of them has run out yet
  const counts = [...Map.groupBy(early, ({ definition }) => definition).values()].map((own) => own.length);
  const mean = early.length / new Set(sent.map(({ definition }) => definition)).size;
  return { least: Math.min(...counts) / mean, most: Math.max(...counts) / mean };
}

describeWithServers('limits of queues and tasks over three orchestrators', () => {
  let bench: FaultFixture;
  let database: Client;

  beforeAll(async () => {
    bench = await faultFixture({ counts: { orchestrator: 3, worker: 2 } });
    database = new Client({ connectionString: bench.database.url });
    await database.connect();
  }, 120_000);
  afterAll(async () => {
    await database?.end();
    await bench?.[Symbol.asyncDispose]();
  }, 60_000);
  afterEach(async () => {
    expect(await bench.verify()).toMatchObject({ violations: 0 });
  }, 120_000);

  const number = async (query: string): Promise<number> => Number((await database.query(query)).rows[0].n);
  const attempts = () => attemptsOf(async (sql, values) => (await database.query(sql, values)).rows);
  const isTrue = async (ask: () => Promise<boolean>, timeoutMs: number) =>
    expect(await until(async () => ((await ask()) ? true : undefined), timeoutMs)).toBe(true);

  it('five at once stay five while one orchestrator after the other is killed with -9, and none is lost', async () => {
    const { client, cluster } = bench;
    const stepsOf = (durationMs: number) =>
      Array.from({ length: 4 }, (_, n) => ({ id: `s${n}`, task: 'simulate', needs: [], input: { durationMs } }));
    await client.registerDefinition({ document: { name: 'lanes.killed', version: '1.0.0', steps: stepsOf(60) } });
    await client.registerDefinition({ document: { name: 'lanes.after', version: '1.0.0', steps: stepsOf(1_000) } }); // long enough for shares to settle
    await client.setQueue('default', { concurrency: 5 });
    await isTrue(async () => (await number(unheard)) === 0, 30_000);
    const ids = await startMany(client, 'lanes.killed', 60);
    const ended = () => number(`SELECT count(*) n FROM workflow_instances WHERE status = 'completed'`);
    for (const [turn, orchestrator] of cluster.orchestrators.entries()) {
      await isTrue(async () => (await ended()) >= (turn + 1) * 10, 60_000);
      await orchestrator.kill();
      await orchestrator.start();
    }
    expect(await endsOf(client, ids, 120_000)).toEqual({ completed: 60 });
    const before = await attempts();
    expect(mostAtOnce(before)).toBe(5);
    const after = await startMany(client, 'lanes.after', 5); // no slot has leaked
    expect(await endsOf(client, after, 60_000)).toEqual({ completed: 5 });
    expect(mostAtOnce((await attempts()).slice(before.length))).toBe(5);
  }, 300_000);

  it(`${starts} starts of ${definitions} definitions through AMQP: limits hold, nothing is lost, and shares are fair within ${tolerance * 100} %`, async () => {
    const { client } = bench;
    for (let n = 0; n < definitions; n += 1) await client.registerDefinition({ document: documentOf(n) });
    await client.setQueue('default', { concurrency: queueLimit, paused: true, reason: 'until all are there' });
    await client.setTask('simulate', { concurrency: taskLimit });
    const connection = await amqp.connect(bench.broker.url);
    const channel = await connection.createConfirmChannel();
    for (let n = 0; n < starts; n += 1) {
      const start = { definition: `lanes.d${Math.floor(n / each)}` }; // one definition after the other
      const options = { messageId: `lanes-${n}`, persistent: true, contentType: 'application/json' };
      channel.publish('orquestra.commands', 'workflow.start', Buffer.from(JSON.stringify(start)), options);
      if (n % 1_000 === 999) await channel.waitForConfirms();
    }
    await channel.waitForConfirms();
    const waiting = `SELECT count(*) n FROM workflow_wakeups w JOIN workflow_instances i ON i.id = w.instance_id
      WHERE i.definition LIKE 'lanes.d%' AND w.work = 'queued'`;
    await isTrue(async () => (await number(waiting)) === starts, isFull ? 600_000 : 60_000);
    const resumedAt = performance.now();
    await client.setQueue('default', { paused: false });
    const ended = `SELECT count(*) n FROM workflow_instances WHERE definition LIKE 'lanes.d%' AND status = 'completed'`;
    await isTrue(async () => (await number(ended)) === starts, isFull ? 900_000 : 90_000);
    const tookMs = performance.now() - resumedAt;
    await connection.close();

    const all = (await attempts()).filter(({ definition }) => definition.startsWith('lanes.d'));
    expect(all).toHaveLength(starts);
    expect(mostAtOnce(all)).toBeLessThanOrEqual(queueLimit);
    expect(mostAtOnce(all.filter(({ task }) => task === 'simulate'))).toBeLessThanOrEqual(taskLimit);
    const sent = Map.groupBy(all, ({ definition }) => groupOf(definition));
    const figures = groups.map((first) => ({ first, ...spread(sent.get(first)!) }));
    for (const { least, most } of figures) {
      expect(least).toBeGreaterThan(1 - tolerance);
      expect(most).toBeLessThan(1 + tolerance);
    }
    const meanPlace = (first: number): number => {
      const places = all.flatMap(({ definition }, place) => (groupOf(definition) === first ? [place] : []));
      return places.reduce((sum, place) => sum + place, 0) / places.length;
    };
    expect(meanPlace(15)).toBeLessThan(meanPlace(10) / 2);
    process.stderr.write(
      `${starts} starts in ${Math.round(tookMs / 1_000)} s, at most ${mostAtOnce(all)} of ${queueLimit} at once, shares ${JSON.stringify(figures)}\n`,
    );
  }, 1_800_000);
});
