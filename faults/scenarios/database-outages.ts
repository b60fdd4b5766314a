import { Client } from 'pg';
import { until } from '#libs/testing';
import { withDatabase } from '../checks/stored-facts.js';
import { monoMs } from '../ledger/ledger-record.js';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';
import { leaseMs } from '../world/world.js';

export const databaseKilled: Scenario = {
  id: 'F20',
  title: 'PostgreSQL killed and started again',
  inject: 'kill -9 every 5–10 s for up to 2 s, under load',
  mustHold: 'I1, I10, I11: nothing acknowledged is missing; no process ends',
  floors: { interrupted: 5, restarted: ['database'] },
  async run(run) {
    const { database } = run.world;
    const kills = run.scaled({ smoke: 1, matrix: 5, full: 80 });
    await run.survives(() =>
      run.underLoad(async () => {
        for (let kill = 0; kill < kills; kill += 1) {
          await run.inFlight(5);
          const downMs = run.random.between(0, 2_000);
          await run.outage(
            'database',
            'kill -9 PostgreSQL',
            () => database.kill(),
            () => pause(downMs),
          );
          await pause(run.random.between(5_000, 10_000));
        }
      }),
    );
  },
};

/** Who has which partition, and since when: a lease that was lost has a higher epoch. */
const epochsOf = (run: Run): Promise<string[]> =>
  withDatabase(run.world.database.url, async (client) => {
    const { rows } = await client.query<{ lease: string }>(
      `SELECT partition || ' of ' || coalesce(owner, 'nobody') || ', epoch ' || epoch AS lease FROM workflow_partitions ORDER BY partition`,
    );
    return rows.map(({ lease }) => lease);
  });

/** Once everybody has a share: what is handed over before that was not lost. */
async function settledEpochs(run: Run): Promise<string[]> {
  let last: string[] = [];
  const isSettled = await until(async () => {
    const before = last;
    last = await epochsOf(run);
    await pause(leaseMs / 2);
    return last.join() === before.join() && !last.some((lease) => lease.includes(' of nobody')) ? true : undefined;
  }, 12 * leaseMs);
  if (!isSettled) throw new Error(`expected partitions to stay with somebody, but they are ${last.join('; ')}`);
  return last;
}

export const databaseSlow: Scenario = {
  id: 'F21',
  title: 'PostgreSQL slow, and a hot table locked',
  inject: '100 ms more in each direction for 60 s (15 s in the matrix), then workflow_instances locked for 20 s',
  mustHold: 'no lease is lost by our own slowness; calls are answered or refused in time',
  floors: { faults: 2, interrupted: 2 },
  async run(run) {
    const { links, database } = run.world;
    await run.survives(() =>
      run.underLoad(async () => {
        await run.inFlight(10);
        const before = await settledEpochs(run);
        const fromMs = monoMs();
        await run.fault('slow database', async () => {
          for (const link of links.to('database')) link.shape({ up: { delayMs: 100 }, down: { delayMs: 100 } });
          await pause(run.scaled({ smoke: 8_000, matrix: 15_000, full: 60_000 }));
          links.clear();
        });
        run.measureCalls('while it was slow', fromMs, monoMs());
        await run.inFlight(3);
        const lockedMs = monoMs();
        await run.fault('locked table', () =>
          withDatabase(database.url, async (client) => {
            await client.query('BEGIN; LOCK TABLE workflow_instances IN ACCESS EXCLUSIVE MODE');
            await pause(run.scaled({ smoke: 8_000, matrix: 20_000, full: 20_000 }));
            await client.query('ROLLBACK');
          }),
        );
        run.measureCalls('while it was locked', lockedMs, monoMs());
        const after = await epochsOf(run);
        const lost = after.filter((lease, i) => lease !== before[i]);
        run.check(
          'lease',
          after.length,
          lost.map(
            (lease) =>
              `a lease was lost: it is ${lease}, and was ${before.find((one) => one.split(' ')[0] === lease.split(' ')[0])}`,
          ),
        );
      }),
    );
  },
};

export const connectionsExhausted: Scenario = {
  id: 'F22',
  title: 'PostgreSQL has no connection left',
  inject: 'others take every connection there is, ours are ended and cannot come back for 60 s (12 s in the matrix)',
  mustHold: 'I25: calls wait or get 503; everybody recovers alone',
  world: { database: { max_connections: '110' } },
  floors: { interrupted: 5 },
  async run(run) {
    const { database } = run.world;
    await run.survives(() =>
      run.underLoad(async () => {
        await run.inFlight(5);
        const fromMs = monoMs();
        await run.fault('connections taken', async () => {
          const taken = await takeAll(database.url);
          await endOurs(taken[0]!); // there is room: the product has not taken it all
          taken.push(...(await takeAll(database.url)));
          await pause(run.scaled({ smoke: 8_000, matrix: 12_000, full: 60_000 }));
          await Promise.all(taken.map((client) => client.end().catch(() => undefined)));
        });
        const clearedMs = monoMs();
        run.measureCalls('without connections', fromMs, clearedMs);
        await run.world.ledger.reached(
          'a step with connections again',
          () => run.world.ledger.executions.at(-1)!.beganAtMs > clearedMs,
        );
        run.measure('first step with connections again', monoMs() - clearedMs, 'ms', 15_000);
      }),
    );
  },
};

/** Sessions that do nothing, until there is room for no more. The superuser's last few stay: only the harness would need them. */
async function takeAll(url: string): Promise<Client[]> {
  const taken: Client[] = [];
  for (;;) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000, application_name: 'faults' });
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch {
      return taken;
    }
    taken.push(client);
  }
}

/** Sessions of the product end, as a failover or an operator ends them. */
async function endOurs(client: Client): Promise<void> {
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name <> 'faults' AND backend_type = 'client backend'`,
  );
}
