import { OrquestraClient } from '#libs/client';
import { PgCluster, RabbitNode } from '#libs/testing';
import { idleBesideFloor } from './beside-floor.js';
import { clusterTarget } from './cluster-target.js';
import { clusterFloor } from './floors/cluster-floor.js';
import type { Target } from './targets.js';
import { manyChains, registerAll } from './workloads.js';

const withServers = PgCluster.isInstalled() && RabbitNode.isInstalled() ? describe : describe.skip;

withServers('services over RabbitMQ', () => {
  let target: Target;
  let client: OrquestraClient;

  beforeAll(async () => {
    target = await clusterTarget({ counts: { orchestrator: 1, worker: 1 }, profile: 'durable' });
    client = new OrquestraClient({ baseUrl: target.url });
    await registerAll(client, 10);
    await manyChains(200)(client);
  }, 180_000);
  afterAll(() => target[Symbol.asyncDispose](), 60_000);

  it('run an idle step in a small multiple of what its transactions and messages cost', async () => {
    await using floor = await clusterFloor(target.databaseUrl, target.amqpUrl ?? '', 'durable');
    const { product, floor: bare } = await idleBesideFloor(client, floor);
    expect(product).toBeLessThanOrEqual(8 * bare); // Nagle's algorithm costs 40 ms a hop
  }, 120_000);
});
