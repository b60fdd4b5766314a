import { createMetrics } from '../metrics/metrics.js';
import { HealthRegistry } from './health-registry.js';
import { type HealthServer, startHealthServer } from './health-server.js';

const never = new Promise<void>(() => undefined);

describe('HealthRegistry', () => {
  it('is ok with what the checks have to say', async () => {
    const health = new HealthRegistry();
    health.register({ name: 'broker', check: async () => ({ state: 'connected' }) });
    expect(await health.ready()).toEqual({ status: 'ok', checks: { broker: { status: 'ok', state: 'connected' } } });
  });

  it('is failing, with the reason, when one check rejects or does not answer', async () => {
    const health = new HealthRegistry(20);
    health.register({ name: 'database', check: () => Promise.reject(new Error('connection refused')) });
    health.register({ name: 'broker', check: () => never });
    expect(await health.ready()).toEqual({
      status: 'failing',
      checks: {
        database: { status: 'failing', reason: 'connection refused' },
        broker: { status: 'failing', reason: 'no answer within 20 ms' },
      },
    });
  });

  it('forgets a check that was taken out', async () => {
    const health = new HealthRegistry();
    health.register({ name: 'x', check: () => Promise.reject(new Error('no')) })();
    expect((await health.ready()).status).toBe('ok');
  });
});

describe('health server', () => {
  const health = new HealthRegistry();
  let server: HealthServer;
  const get = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);
  beforeAll(async () => (server = await startHealthServer({ port: 0, host: '127.0.0.1' }, health, createMetrics('worker'))));
  afterAll(() => server.close());

  it('answers live, metrics with the role, and 404 elsewhere', async () => {
    expect((await get('/health/live')).status).toBe(200);
    expect(await (await get('/metrics')).text()).toMatch(/process_cpu_seconds_total\{role="worker"\}/);
    expect((await get('/other')).status).toBe(404);
  });

  it('is ready until it drains', async () => {
    expect((await get('/health/ready')).status).toBe(200);
    health.drain();
    const answer = await get('/health/ready');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ status: 'draining', checks: {} });
  });
});
