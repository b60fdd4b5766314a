import { chain, endsOf, startMany } from './instances.js';
import { describeWithServers, faultFixture, type FaultFixture } from './fixture.js';

describeWithServers('PostgreSQL that is restarted under load', () => {
  let bench: FaultFixture;
  beforeAll(async () => {
    bench = await faultFixture();
    await bench.client.registerDefinition({ document: chain('faults.five', 5, 200) });
  }, 120_000);
  afterAll(() => bench?.[Symbol.asyncDispose](), 60_000);

  it.each([
    ['orderly', (): Promise<void> => bench.database.stop()],
    ['with kill -9', (): Promise<void> => bench.database.kill()],
  ])(
    '%s: no process dies, all complete',
    async (_, end) => {
      const ids = await startMany(bench.client, 'faults.five', 500);
      await end();
      await bench.database.start();
      const later = await startMany(bench.client, 'faults.five', 100);
      expect(await endsOf(bench.client, [...ids, ...later], 120_000)).toEqual({ completed: 600 });
      const { gateways, orchestrators, workers } = bench.cluster;
      expect([...gateways, ...orchestrators, ...workers].map((one) => one.isRunning)).not.toContain(false);
      expect(await bench.verify()).toMatchObject({ violations: 0 });
    },
    240_000,
  );
});
