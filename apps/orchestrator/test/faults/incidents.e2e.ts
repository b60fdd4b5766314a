import amqp from 'amqplib';
import { exchanges, type Incident, type IncidentKind, type RedriveRequest } from '#libs/contracts';
import { OrquestraClient } from '#libs/client';
import { until } from '#libs/testing';
import { describeWithServers, faultFixture, type FaultFixture } from './fixture.js';

const good = 1_000;
const poison = 20;

describeWithServers('incidents, with real processes', () => {
  let bench: FaultFixture;
  beforeAll(async () => {
    bench = await faultFixture({ counts: { orchestrator: 1, worker: 1 } });
    await bench.client.registerDefinition({ document: { name: 'plain', version: '1.0.0', steps: [{ id: 'a', task: 'echo' }] } });
  }, 120_000);
  afterAll(() => bench?.[Symbol.asyncDispose](), 60_000);

  const found = async (kind: IncidentKind): Promise<Incident[]> =>
    all(bench.client.listIncidents({ kind: [kind], status: 'open', pageSize: 200 }));
  const isThere = (kind: IncidentKind, count: number): Promise<Incident[] | undefined> =>
    until(async () => {
      const there = await found(kind);
      return there.length >= count ? there : undefined;
    }, 60_000);

  it('poison among good messages is set aside, and all of the good ones end', async () => {
    const connection = await amqp.connect(bench.broker.url);
    const channel = await connection.createConfirmChannel();
    const ids: string[] = [];
    for (let n = 0; n < good; n += 100) {
      const started = await Promise.all(Array.from({ length: 100 }, () => bench.client.startInstance({ definition: 'plain' })));
      ids.push(...started.map(({ id }) => id));
      for (let p = 0; p < poison / 10; p += 1) {
        channel.publish(exchanges.commands, 'workflow.start', Buffer.from(`{"definition": ${n + p}`), {
          messageId: `bad-${n}-${p}`,
        });
        channel.publish(exchanges.partitions, 'p.0', Buffer.from(`{"v":1,"items":[{"instanceId":"${ids[n + p]}","path":"a"`));
      }
    }
    await channel.waitForConfirms();
    await connection.close();
    const ended = await Promise.all(ids.map((id) => bench.client.waitForInstance(id, { timeoutMs: 120_000 })));
    expect(ended.filter(({ status }) => status === 'completed')).toHaveLength(good);
    const aside = (await isThere('unreadable', 2 * poison))!;
    expect(aside).toHaveLength(2 * poison);
    expect(aside.filter(({ instance, path }) => instance !== null && path === 'a')).toHaveLength(poison);
    const { groups } = await bench.client.incidentGroups({ kind: ['unreadable'] });
    expect(groups.map(({ count }) => count).sort((a, b) => a - b)).toEqual([poison, poison]);
  }, 240_000);

  it('a lost step runs again once by decision of a person, though the gateway is killed after it has told the owner', async () => {
    const { outside, cluster, client } = bench;
    outside.hold();
    const step = { id: 'a', task: 'http', effect: 'atMostOnce', input: { url: `${outside.url}/lost` } };
    await client.registerDefinition({ document: { name: 'once', version: '1.0.0', steps: [step] } });
    const { id: instance } = await client.startInstance({ definition: 'once' });
    await outside.reached(1);
    const [worker] = cluster.workers;
    await worker!.kill();
    await worker!.start();
    const [lost] = (await isThere('lostStep', 1))!;
    expect(lost).toMatchObject({ instance, path: 'a', code: 'WORKER_LOST', definition: 'once', redrive: 'step' });
    outside.release();
    const env = { ORQUESTRA_CRASH_POINTS_ALLOWED: 'true', ORQUESTRA_CRASH_POINT: 'incident.redriven' };
    const doomed = await cluster.add('gateway', env);
    const throughDoomed = new OrquestraClient({ baseUrl: cluster.urls.at(-1)!, retries: 0 });
    const wish: RedriveRequest = { ids: [lost!.id], decision: 'runAgain', by: 'ada', reason: 'nothing was paid' };
    await expect(throughDoomed.redriveIncidents(wish)).rejects.toThrow();
    expect(await doomed.end()).toMatchObject({ code: 137 });
    expect(await client.waitForInstance(instance, { timeoutMs: 60_000 })).toMatchObject({ status: 'completed' });
    // The lease of the redrive that was killed has to run out first.
    const outcome = await until(async () => {
      const { items } = await client.redriveIncidents(wish);
      return items[0]!.code === 'REDRIVE_UNDER_WAY' ? undefined : items[0];
    }, 60_000);
    expect(outcome).toMatchObject({ outcome: 'redriven', instance });
    expect(outside.counts.get('/lost')).toBe(2);
    const log = await all(client.operatorLog({ target: lost!.id }));
    expect(log.map(({ actor, action, reason }) => [actor, action, reason])).toEqual(
      Array(2).fill(['ada', 'incident.redrive', 'nothing was paid']),
    );
    expect(await bench.verify()).toMatchObject({ violations: 0 });
  }, 240_000);
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
