import { runCli } from './run-cli.js';
import { FakeGateway } from './testing/fake-gateway.js';
import { TestShell } from './testing/test-shell.js';

let gateway: FakeGateway;
let url: string;
beforeEach(async () => {
  gateway = new FakeGateway();
  url = await gateway.listen();
});
afterEach(() => gateway.close());

const shellOf = (): TestShell => new TestShell(true, { ORQUESTRA_URL: url, NO_COLOR: '1', USER: 'ada' });
const rates = { instances: 10, ended: 8, completed: 6, failed: 2, successRate: 0.75 };
const on = {
  allowed: true,
  enabled: true,
  leftMs: 30_000,
  run: { profile: 'moderate', seed: 42, by: 'ada', reason: 'game day' },
  services: [],
  report: {
    injected: 3,
    byKind: [{ kind: 'failStep', count: 3 }],
    touched: { count: 2, atLeast: false },
    during: rates,
    before: rates,
    failedByChaos: 0,
    retries: 3,
    recovery: { samples: 3, open: 1, p50Ms: 45, p95Ms: 1_500 },
    verify: { checked: 2, violations: 0 },
    recent: [],
  },
};

describe('chaos', () => {
  it('asks for what the options say, and shows what came of it', async () => {
    gateway.routes.set('PUT /chaos', { body: on });
    const shell = shellOf();
    const words =
      '--profile moderate --fault killWorker=4 --fault delayMessage=0.2:800 --scope queue=payments --for 2m --seed 42';
    expect(await runCli(['chaos', 'on', ...words.split(' '), '--confirm', 'enable chaos mode'], shell)).toBe(0);
    expect(gateway.seen.at(-1)?.body).toEqual({
      enabled: true,
      confirm: 'enable chaos mode',
      profile: 'moderate',
      faults: { killWorker: { rate: 4 }, delayMessage: { rate: 0.2, ms: 800 } },
      scope: { queues: ['payments'] },
      seed: 42,
      durationMs: 120_000,
      by: 'ada',
    });
    expect(shell.written).toContain('chaos mode is on, 30.0 s left');
    expect(shell.written).toContain('success rate 75.0 % of 8 ended (before: 75.0 % of 8)');
    expect(shell.written).toContain('recovery p50 45 ms, p95 1.5 s, 1 not yet');
    expect(shell.written).toContain('verify: 0 violations in 2 instances');
  });

  it('injects nothing without the words, nor what it does not know', async () => {
    expect(await runCli(['chaos', 'on'], shellOf())).toBe(2);
    expect(await runCli(['chaos', 'on', '--fault', 'earthquake=1'], shellOf())).toBe(2);
    expect(gateway.seen).toEqual([]);
  });

  it('says where it is not allowed', async () => {
    gateway.routes.set('GET /chaos', { body: { allowed: false } });
    const shell = shellOf();
    expect(await runCli(['chaos', 'status'], shell)).toBe(0);
    expect(shell.written).toContain('not allowed');
  });
});
