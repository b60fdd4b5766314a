import { OrquestraClient } from '#libs/client';
import { PgCluster, RabbitNode } from '#libs/testing';
import { clusterTarget } from './cluster-target.js';
import { percentile } from './statistics.js';
import type { Target } from './targets.js';
import { manyChains, oneAtATime, registerAll } from './workloads.js';

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

  it('run an idle step without waiting for a delayed packet on any of its hops', async () => {
    await oneAtATime(1, 20)(client);
    const { ms } = await oneAtATime(1, 40)(client);
    expect(percentile(ms, 0.1)).toBeLessThan(40); // Nagle's algorithm costs 40 ms a hop, on every one of them
  }, 120_000);
});
