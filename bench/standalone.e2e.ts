import { OrquestraClient } from '#libs/client';
import { Client } from 'pg';
import { idleBesideFloor } from './beside-floor.js';
import { chainOf } from './definitions.js';
import { standaloneFloor } from './floors/standalone-floor.js';
import { standaloneTarget, type Target } from './targets.js';
import { completed, registerAll } from './workloads.js';

describe('one process', () => {
  let target: Target;
  let client: OrquestraClient;

  beforeAll(async () => {
    target = await standaloneTarget();
    client = new OrquestraClient({ baseUrl: target.url });
    await registerAll(client, 10);
    await completed(client, chainOf(5).name); // its queue is known from here on
  }, 120_000);
  afterAll(() => target[Symbol.asyncDispose](), 60_000);

  /** What one chain of five has left behind. */
  async function rows(databaseUrl: string) {
    const database = new Client({ connectionString: databaseUrl });
    await database.connect();
    try {
      const { rows: found } = await database.query(
        `SELECT (SELECT array_agg(e.type ORDER BY e.seq) FROM workflow_events e WHERE e.instance_id = i.id) AS events,
           (SELECT count(*)::int FROM workflow_batches b WHERE b.touched @> ARRAY[i.id]) AS commits,
           (SELECT count(*)::int FROM workflow_wakeups w WHERE w.instance_id = i.id) AS wakeups, i.status, i.seq, i.steps_done
         FROM workflow_instances i WHERE i.definition = $1 ORDER BY i.id DESC LIMIT 1`,
        [chainOf(5).name],
      );
      return found[0] as object;
    } finally {
      await database.end();
    }
  }

  it('writes for a chain the rows its floor writes', async () => {
    await completed(client, chainOf(5).name);
    await using floor = await standaloneFloor(target.databaseUrl);
    await floor.oneAtATime(5, 1);
    const url = new URL(target.databaseUrl);
    url.pathname = '/bench_floor';
    expect(await rows(url.toString())).toEqual(await rows(target.databaseUrl));
  }, 60_000);

  it('runs an idle step in a small multiple of what its transactions cost', async () => {
    await using floor = await standaloneFloor(target.databaseUrl);
    const { product, floor: bare } = await idleBesideFloor(client, floor);
    expect(product).toBeLessThanOrEqual(8 * bare); // a delayed packet or a poll costs far more than that
  }, 60_000);
});
