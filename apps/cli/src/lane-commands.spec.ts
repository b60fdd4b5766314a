import { runCli } from './run-cli.js';
import { FakeGateway } from './testing/fake-gateway.js';
import { TestShell } from './testing/test-shell.js';

const unset = { concurrency: null, rate: null, paused: false, note: null, by: null, changedAt: null };
const settings = { queue: 'payments', priority: null, ...unset };
const charge = {
  ...unset,
  task: 'charge',
  breaker: 'auto',
  breakerState: 'open',
  breakAfter: 5,
  breakForMs: 30_000,
  failuresInRow: 5,
  opensUntil: null,
};
const queue = {
  queue: 'payments',
  task: 'charge',
  queued: 9,
  sent: 5,
  ready: 0,
  running: 5,
  workers: 1,
  slots: 20,
  oldestAt: null,
  settings: { ...settings, concurrency: 5, paused: true, note: 'month end' },
  inUse: 5,
  limit: 5,
};

let gateway: FakeGateway;
let url: string;
beforeEach(async () => {
  gateway = new FakeGateway();
  url = await gateway.listen();
});
afterEach(() => gateway.close());

const onTerminal = () => new TestShell(true, { ORQUESTRA_URL: url, NO_COLOR: '1', USER: 'ada' });
const run = (shell: TestShell, ...words: string[]) => runCli(words, shell);

describe('queue', () => {
  it('lists what waits, what is in use of a limit and what is set, also where nothing is', async () => {
    const idle = { ...settings, queue: 'nightly', rate: { limit: 20, per: 'minute' } };
    gateway.routes.set('GET /queues', { body: { items: [queue], next: null, settings: [queue.settings, idle] } });
    const shell = onTerminal();
    expect(await run(shell, 'queue', 'list')).toBe(0);
    expect(shell.written).toMatch(/payments +charge +9 +5 +5 +1 +20 .* 5 of 5 +5 at once, paused: month end/);
    expect(shell.written).toContain('nightly (nothing there): 20 a minute');
    const piped = onTerminal();
    expect(await run(piped, '--json', 'queue', 'list')).toBe(0);
    expect(JSON.parse(piped.written.trimEnd().split('\n').at(-1)!)).toEqual({ queue: 'nightly', settings: idle });
  });

  it('sets what is given, and removes what is none', async () => {
    gateway.routes.set('PUT /queues/payments', { body: { ...settings, concurrency: 5 } });
    const shell = onTerminal();
    const words = ['--concurrency', '5', '--rate', 'none', '--priority', '7', '-r', 'less load'];
    expect(await run(shell, 'queue', 'set', 'payments', ...words)).toBe(0);
    expect(gateway.seen[0]!.body).toEqual({
      concurrency: 5,
      rate: null,
      priority: 7,
      by: 'ada',
      reason: 'less load',
    });
    expect(shell.written).toContain('✓ payments: 5 at once');
  });

  it('pauses with a note, and resumes', async () => {
    gateway.routes.set('PUT /queues/payments', { body: settings });
    await run(onTerminal(), 'queue', 'pause', 'payments', '--reason', 'month end');
    await run(onTerminal(), 'queue', 'resume', 'payments');
    expect(gateway.seen.map(({ body }) => body)).toEqual([
      { paused: true, by: 'ada', reason: 'month end' },
      { paused: false, by: 'ada' },
    ]);
  });

  it.each([
    [['--rate', '5/day'], /rate such as 5\/second/],
    [['--priority', '10'], /from 0 to 9/],
    [['--concurrency', '0'], /whole number from 1/],
    [[], /--concurrency, --rate or --priority/],
  ])('refuses %j in words', async (words, message) => {
    const shell = onTerminal();
    expect(await run(shell, 'queue', 'set', 'payments', ...words)).toBe(2);
    expect(shell.complained).toMatch(message);
  });
});

describe('task', () => {
  it('lists who runs it, its limit and its breaker', async () => {
    const task = {
      task: 'charge',
      queues: ['payments'],
      workers: 1,
      slots: 20,
      meanMs: 12.4,
      settings: charge,
      inUse: 0,
      limit: null,
    };
    gateway.routes.set('GET /tasks', { body: { items: [task], next: null } });
    const shell = onTerminal();
    await run(shell, 'task', 'list');
    expect(shell.written).toMatch(/charge +payments +1 +20 +12 ms +– +breaker auto \(open\)/);
  });

  it('sets its breaker', async () => {
    gateway.routes.set('PUT /tasks/charge', { body: charge });
    expect(await run(onTerminal(), 'task', 'breaker', 'charge', 'auto', '--after', '10', '--for', '1m')).toBe(0);
    expect(gateway.seen[0]!.body).toEqual({ breaker: 'auto', breakAfter: 10, breakForMs: 60_000, by: 'ada' });
    expect(await run(onTerminal(), 'task', 'breaker', 'charge', 'ajar')).toBe(2);
  });

  it('limits it', async () => {
    gateway.routes.set('PUT /tasks/charge', { body: charge });
    await run(onTerminal(), 'task', 'set', 'charge', '-c', 'none', '--rate', '100/h');
    expect(gateway.seen[0]!.body).toEqual({ concurrency: null, rate: { limit: 100, per: 'hour' }, by: 'ada' });
  });
});
