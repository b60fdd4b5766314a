import { median } from '#libs/testing';
import { withDatabase } from '../checks/stored-facts.js';
import { monoMs } from '../ledger/ledger-record.js';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';
import { startMany } from '../workload/many.js';

const sprintChains = 60;
/** 70 % of the speed from before; shorter runs on busy machines only find what is worse than noise. */
const mostOfBefore = { smoke: 300, matrix: 300, full: 100 / 0.7 };
/** Of the product at rest, which goes on renewing leases. */
const restDead = 1_000;

export const heldTransaction: Scenario = {
  id: 'F24',
  title: 'a transaction that somebody leaves open',
  inject:
    'a snapshot of the database held for 10 min (40 s in the matrix) under load: nothing that is overwritten can be cleaned up',
  mustHold:
    'at least 70 % of the speed from before (a third in short runs, where sprints vary by themselves); afterwards everything can be cleaned up',
  floors: { interrupted: 0 },
  async run(run) {
    const heldMs = run.scaled({ smoke: 15_000, matrix: 40_000, full: 600_000 });
    await run.survives(() =>
      run.underLoad(async () => {
        await run.inFlight(5);
        await sprintMs(run); // caches and plans are warm
        const before = await sprintMs(run);
        await run.fault('open transaction', () =>
          withDatabase(run.world.database.url, async (client) => {
            await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
            await client.query('SELECT count(*) FROM workflow_partitions'); // the snapshot is taken now
            await pause(heldMs);
            const held = await sprintMs(run);
            run.measure(`${sprintChains} chains before`, before, 'ms');
            run.measure(
              'the same with the transaction open, of the time before',
              (100 * held) / before,
              '%',
              run.scaled(mostOfBefore),
            );
            run.measure('dead rows kept by the transaction', await deadRows(run), '');
            await client.query('ROLLBACK');
          }),
        );
      }),
    );
    await run.atRest();
    await withDatabase(run.world.database.url, (client) => client.query('VACUUM'));
    run.measure('dead rows once it was cleaned up', await deadRows(run), '', restDead);
  },
};

/** The median of three: how long so many chains of five take, under the load there is. */
async function sprintMs(run: Run): Promise<number> {
  const once = async (): Promise<number> => {
    const begun = monoMs();
    const requests = Array.from({ length: sprintChains }, () => ({ definition: 'faults.chain', input: { ms: 1 } }));
    const left = new Set(await startMany(run, requests, 'completed'));
    const { executions } = run.world.ledger;
    const look = (): boolean => {
      for (const { instance, path, end } of executions) if (path === 'e' && end === 'effect') left.delete(instance);
      return left.size === 0;
    };
    await run.world.ledger.reached(`the ends of ${sprintChains} chains`, look, 120_000);
    return monoMs() - begun;
  };
  return median([await once(), await once(), await once()]);
}

const deadRows = ({ world }: Run): Promise<number> =>
  withDatabase(world.database.url, async (client) => {
    const { rows } = await client.query<{ dead: number }>(
      'SELECT coalesce(sum(n_dead_tup), 0)::int AS dead FROM pg_stat_user_tables',
    );
    return rows[0]!.dead;
  });
