import { OrquestraClient } from '#libs/client';
import type { Chaos, ChaosAllowed } from '#libs/contracts';
import { freePort, ProcessGroup, type TestProcess, until } from '#libs/testing';
import { registerMix, runMix, wronglyEnded } from './chaos-mix.js';
import { prepareServers } from './compose-servers.js';
import { type RunningTarget, targets } from './features/target.js';

const database = process.env['ORQUESTRA_TEST_DATABASE_URL'];
const broker = process.env['ORQUESTRA_TEST_AMQP_URL'];
const confirm = 'enable chaos mode';
const chaosMs = Number(process.env['ORQUESTRA_TEST_CHAOS_MS'] ?? 15_000);
const seed = Number(process.env['ORQUESTRA_TEST_CHAOS_SEED'] ?? 7);
/** More of the faults that come by time than in a minute of `moderate`: the test is shorter. */
const faults = { killWorker: { rate: 8 }, killOrchestrator: { rate: 8 }, cutBroker: { rate: 4 }, cutDatabase: { rate: 4 } };

const allowed = (chaos: Chaos): ChaosAllowed => {
  if (!chaos.allowed) throw new Error('expected chaos to be allowed');
  return chaos;
};

/** A mix under chaos: every instance ends as it would have, and the report says so. */
async function endure(client: OrquestraClient): Promise<ChaosAllowed> {
  await registerMix(client);
  const before = await runMix(client, onceOnly());
  expect(await wronglyEnded(client, before, 30_000)).toEqual([]);
  allowed(
    await client.setChaos({
      enabled: true,
      confirm,
      profile: 'moderate',
      faults,
      durationMs: chaosMs,
      seed,
      reason: 'a test',
      by: 'jest',
    }),
  );
  const endsAt = performance.now() + chaosMs;
  const started = await runMix(client, () => performance.now() >= endsAt);
  const off = await until(async () => {
    const chaos = allowed(await client.getChaos());
    return chaos.enabled ? undefined : chaos;
  }, 20_000);
  expect(off?.run?.endedAt).not.toBeNull();
  expect(await wronglyEnded(client, started, 120_000)).toEqual([]);
  const settled = await until(async () => {
    const chaos = allowed(await client.getChaos());
    return chaos.report!.during.ended === chaos.report!.during.instances &&
      chaos.report!.recovery.open === 0 &&
      chaos.report!.verify !== null
      ? chaos
      : undefined;
  }, 30_000);
  process.stdout.write(
    `${JSON.stringify({ started: started.size, ...(settled ?? allowed(await client.getChaos())).report, recent: undefined })}\n`,
  );
  return settled ?? allowed(await client.getChaos());
}

function onceOnly(): () => boolean {
  let rounds = 0;
  return () => rounds++ > 0;
}

function holds({ report }: ChaosAllowed): void {
  const { injected, byKind, during, recovery, failedByChaos, touched } = report!;
  expect(injected).toBeGreaterThan(20);
  expect(byKind.reduce((sum, { count }) => sum + count, 0)).toBe(injected);
  expect(touched.count).toBeGreaterThan(0);
  expect(during.ended).toBe(during.instances);
  expect(during.completed + during.failed).toBe(during.ended);
  expect(failedByChaos).toBe(0);
  expect(report!.verify).toMatchObject({ violations: 0 });
  expect(report!.verify!.checked).toBeGreaterThan(0);
  expect(recovery).toMatchObject({ open: 0 });
  expect(recovery.samples).toBeGreaterThan(0);
}

describe.each(targets)('chaos mode on $name', ({ start }) => {
  let target: RunningTarget;
  beforeAll(async () => {
    target = await start({ ORQUESTRA_CHAOS_ALLOWED: 'true' });
  }, 90_000);
  afterAll(() => target[Symbol.asyncDispose](), 60_000);

  it('is refused without the words, and shows what it would hit', async () => {
    const { client } = target;
    await expect(client.setChaos({ enabled: true })).rejects.toMatchObject({ status: 422, code: 'CHAOS_NOT_CONFIRMED' });
    // Services announce themselves one after the other: each fault has somebody to hit when all of them have.
    const preview = await until(async () => {
      const found = await client.previewChaos({ profile: 'moderate' });
      return found.faults.length > 0 && found.faults.every(({ isInjected }) => isInjected) ? found : undefined;
    }, 20_000);
    expect(preview?.services.every(({ kill }) => kill === 'memory')).toBe(true);
    expect(await client.getChaos()).toMatchObject({ allowed: true, enabled: false });
  }, 30_000);

  it('ends no instance otherwise than it would have ended', async () => {
    holds(await endure(target.client));
    expect(await target.verify()).toMatchObject({ violations: 0 });
  }, 300_000);

  it('stops at once when told, and forgets its faults on reset', async () => {
    const { client } = target;
    await client.setChaos({ enabled: true, confirm, faults: { delayMessage: { rate: 1, ms: 50 } }, durationMs: 600_000 });
    const hit = await until(async () => {
      const { report } = allowed(await client.getChaos());
      return report!.injected > 0 ? report : undefined;
    }, 10_000);
    expect(hit?.byKind).toMatchObject([{ kind: 'delayMessage' }]);
    expect(await client.setChaos({ enabled: false })).toMatchObject({ enabled: false, leftMs: 0 });
    const quiet = await until(async () => {
      const { report } = allowed(await client.resetChaos({ by: 'jest' }));
      return report!.injected === 0 ? report : undefined;
    }, 10_000);
    expect(quiet).toMatchObject({ injected: 0, byKind: [] });
  }, 60_000);
});

const withServers = database === undefined || broker === undefined ? describe.skip : describe;

withServers('chaos mode under npm run cluster', () => {
  const group = new ProcessGroup();
  let servers: Awaited<ReturnType<typeof prepareServers>>;
  let cluster: TestProcess;
  let client: OrquestraClient;
  beforeAll(async () => {
    servers = await prepareServers(database as string, broker as string);
    const port = await freePort();
    client = new OrquestraClient({ baseUrl: `http://127.0.0.1:${port}` });
    cluster = await group.start({
      name: 'cluster',
      entry: 'scripts/cluster.mjs',
      args: ['--json', '--port', String(port), '--orchestrators', '2', '--workers', '2'],
      env: { DATABASE_URL: servers.databaseUrl, AMQP_URL: servers.amqpUrl, ORQUESTRA_CHAOS_ALLOWED: 'true' },
      readyLine: /^\{"event":"up"/,
      readyTimeoutMs: 120_000,
    });
  }, 150_000);
  afterAll(async () => {
    await group.end();
    await servers.remove();
  }, 60_000);

  it('kills processes for real, which are started again, and ends no instance otherwise', async () => {
    const chaos = await endure(client);
    holds(chaos);
    expect(chaos.services.filter(({ kill }) => kill === 'process').length).toBeGreaterThanOrEqual(4);
    const killed = cluster.lines.filter((line) => line.startsWith('{"event":"exited"') && line.includes('"code":137'));
    const told = chaos.report!.byKind.filter(({ kind }) => kind === 'killWorker' || kind === 'killOrchestrator');
    expect(killed.length).toBeGreaterThan(0);
    expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(killed.length);
  }, 300_000);
});
