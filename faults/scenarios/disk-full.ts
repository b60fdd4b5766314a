import { until } from '#libs/testing';
import { withDatabase } from '../checks/stored-facts.js';
import { monoMs } from '../ledger/ledger-record.js';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';
import { SmallDisk } from '../world/small-disk.js';

const mebibytes = 256;
const goesOnWithinMs = 30_000;

export const diskFull: Scenario = {
  id: 'F25',
  title: 'the disk of the database is full',
  inject: 'all tables on a small disk, filled under load for 5 min (20 s in the matrix), then freed. A full disk of RabbitMQ is an alarm: F12. That an alert names the disk is for who watches the machine, and not judged',
  mustHold: 'I10, I11, I25: refused honestly, reads still answer, no process ends; everything goes on by itself',
  floors: { interrupted: 5 },
  unfit: () => SmallDisk.whyNot(),
  async run(run) {
    const { world } = run;
    const disk = world.keep(await SmallDisk.mount(mebibytes, 'postgres'));
    await moveTables(run, disk.path);
    await run.survives(() =>
      run.underLoad(async () => {
        await run.inFlight(5);
        const fromMs = monoMs();
        await run.fault('disk full', async () => {
          await disk.fill();
          await readsAnswer(run);
          await pause(run.scaled({ smoke: 8_000, matrix: 20_000, full: 300_000 }));
          await readsAnswer(run);
          run.check('floor', 1, (await isFull(run)) ? [] : ['the disk was to be full, but there was room for more']);
          await disk.free();
        });
        const freedMs = monoMs();
        run.measureCalls('while the disk was full', fromMs, freedMs);
        const goesOn = (): boolean => world.ledger.executions.at(-1)!.beganAtMs > freedMs;
        await world.ledger.reached('a step with room again', goesOn);
        run.measure('first step with room again', monoMs() - freedMs, 'ms', goesOnWithinMs);
      }),
    );
  },
}; // prettier-ignore

/** Not the log: without room for that PostgreSQL ends, which is F20. */
async function moveTables({ world }: Run, folder: string): Promise<void> {
  await withDatabase(world.database.url, async (client) => {
    await client.query(`CREATE TABLESPACE small LOCATION '${folder}'`);
    for (const kind of ['TABLE', 'INDEX']) {
      const move = () => client.query(`ALTER ${kind} ALL IN TABLESPACE pg_default SET TABLESPACE small`).then(() => true);
      const isMoved = await until(() => move().catch(() => undefined), 30_000); // beside the product, it may meet a deadlock
      if (!isMoved) throw new Error(`expected every ${kind.toLowerCase()} to be moved to the small disk`);
    }
  });
}

async function readsAnswer(run: Run): Promise<void> {
  const messages: string[] = [];
  for (const baseUrl of run.world.cluster.urls) {
    const response = await fetch(`${baseUrl}/api/v1/instances?limit=10`, { signal: AbortSignal.timeout(10_000) });
    await response.arrayBuffer();
    const { status } = response;
    if (status !== 200) messages.push(`with the disk full a list of instances was answered ${status}`);
  }
  run.check('reads', run.world.cluster.urls.length, messages);
}

const isFull = ({ world }: Run): Promise<boolean> =>
  withDatabase(world.database.url, async (client) => {
    try {
      await client.query(`CREATE TABLE full_probe TABLESPACE small AS SELECT repeat('x', 1000) FROM generate_series(1, 2000)`);
      await client.query('DROP TABLE full_probe');
      return false;
    } catch (error) {
      return (error as { code?: string }).code === '53100';
    }
  });
