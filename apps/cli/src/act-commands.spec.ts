import { runCli } from './run-cli.js';
import { FakeGateway, problem } from './testing/fake-gateway.js';
import { TestShell } from './testing/test-shell.js';

const id = '019b7a00-0000-7000-8000-000000000001';
const other = '019b7a00-0000-7000-8000-000000000002';
const acted = { id, status: 'paused', outcome: 'applied' };
const ended = {
  id,
  status: 'completed',
  error: null,
  startedAt: '2026-01-01T11:59:57.000Z',
  endedAt: '2026-01-01T12:00:00.000Z',
  output: { ok: 1 },
};
const job = {
  ...{
    id: other,
    action: 'retry',
    status: 'running',
    filter: {},
    reason: null,
    by: 'ada',
    perSecond: 200,
    total: { count: 3, atLeast: false },
  },
  ...{ done: 1, failed: 0, createdAt: '2026-01-01T12:00:00.000Z', endedAt: null, failures: [], next: null },
};

let gateway: FakeGateway;
let url: string;
beforeEach(async () => {
  gateway = new FakeGateway();
  url = await gateway.listen();
});
afterEach(() => gateway.close());

const onTerminal = () => new TestShell(true, { ORQUESTRA_URL: url, NO_COLOR: '1', USER: 'ada' });
const inPipe = () => new TestShell(false, { ORQUESTRA_URL: url });
const run = (shell: TestShell, ...words: string[]) => runCli(words, shell);

describe('instance pause, resume, retry, cancel', () => {
  it.each([
    ['pause', [], { reason: 'lunch', by: 'ada' }],
    ['resume', [], { reason: 'lunch', by: 'ada' }],
    ['retry', ['--by', 'bob'], { reason: 'lunch', by: 'bob' }],
    ['cancel', ['--compensate'], { reason: 'lunch', by: 'ada', compensate: true }],
    ['cancel', ['--no-compensate'], { reason: 'lunch', by: 'ada', compensate: false }],
    ['cancel', [], { reason: 'lunch', by: 'ada' }],
  ])('%s %j says who and why, and what became of it', async (act, options, body) => {
    gateway.routes.set(`POST /instances/${id}/${act}`, { body: acted });
    const shell = onTerminal();
    expect(await run(shell, 'instance', act, id, '--reason', 'lunch', ...options)).toBe(0);
    expect(gateway.seen.map((seen) => seen.body)).toEqual([body]);
    expect(shell.written).toBe(`✓ ${act} done  ▮ paused  ${id}\n`);
  });

  it('says that it is stored when its owner has not decided yet', async () => {
    gateway.routes.set(`POST /instances/${id}/pause`, { status: 202, body: { ...acted, status: 'running', outcome: 'stored' } });
    const shell = onTerminal();
    expect(await run(shell, 'instance', 'pause', id)).toBe(0);
    expect(shell.written).toContain('○ pause: stored, not decided yet');
  });

  it('retry waits for the end when told to, and exits as it ended', async () => {
    for (const each of [id, other]) gateway.routes.set(`POST /instances/${each}/retry`, { body: { ...acted, id: each } });
    gateway.routes.set(`GET /instances/${id}/wait`, { body: ended });
    gateway.routes.set(`GET /instances/${other}/wait`, { body: { ...ended, id: other, status: 'failed' } });
    const shell = onTerminal();
    expect(await run(shell, 'instance', 'retry', id, other, '--wait')).toBe(1);
    expect(shell.complained).toContain('✓ completed after 3.0 s');
    expect(shell.complained).toContain('✕ failed');
  });

  it('goes on with the others when one is refused', async () => {
    gateway.routes.set(`POST /instances/${id}/resume`, problem(409, 'ACTION_NOT_POSSIBLE', 'it is running'));
    gateway.routes.set(`POST /instances/${other}/resume`, { body: { ...acted, id: other } });
    const shell = onTerminal();
    expect(await run(shell, 'instance', 'resume', id, other)).toBe(4);
    expect(shell.complained).toContain('ACTION_NOT_POSSIBLE');
    expect(shell.written).toContain(other);
  });
});

describe('instance restart', () => {
  it('starts another one from a step, on a version and with an input', async () => {
    gateway.routes.set(`POST /instances/${id}/restart`, {
      status: 201,
      body: { id: other, status: 'pending', definition: 'order', version: '1.1.0' },
    });
    const shell = onTerminal();
    const options = ['--from', 'charge', '--definition-version', 'latest', '--input', '{"cents":5}'];
    expect(await run(shell, 'instance', 'restart', id, ...options)).toBe(0);
    expect(gateway.seen[0]?.body).toEqual({ from: 'charge', version: 'latest', input: { cents: 5 }, by: 'ada' });
    expect(shell.written).toBe(`○ pending  order@1.1.0  ${other}\n`);
  });
});

describe('step', () => {
  it.each([
    ['retry', ['--input', '{"a":1}'], { path: 'ship/3/pack', input: { a: 1 }, by: 'ada' }, 'is retried'],
    [
      'skip',
      ['--output', 'null', '-r', 'by hand'],
      { path: 'ship/3/pack', output: null, reason: 'by hand', by: 'ada' },
      'skipped',
    ],
    ['complete', [], { path: 'ship/3/pack', by: 'ada' }, 'completed'],
    ['cancel', ['--by', 'bob'], { path: 'ship/3/pack', by: 'bob' }, 'cancelled'],
  ])('%s %j acts on the step', async (act, options, body, words) => {
    gateway.routes.set(`POST /instances/${id}/steps/${act}`, { body: { ...acted, status: 'running' } });
    const shell = onTerminal();
    expect(await run(shell, 'step', act, id, 'ship/3/pack', ...options)).toBe(0);
    expect(gateway.seen[0]?.body).toEqual(body);
    expect(shell.written).toBe(`✓ ship/3/pack ${words}  ◐ running  ${id}\n`);
  });

  it('exits 3 when there is no such step, and 2 at an output that is no JSON', async () => {
    gateway.routes.set(`POST /instances/${id}/steps/skip`, problem(404, 'STEP_NOT_FOUND', 'no step'));
    expect(await run(onTerminal(), 'step', 'skip', id, 'nothing')).toBe(3);
    expect(await run(onTerminal(), 'step', 'skip', id, 'a', '--output', '{')).toBe(2);
  });
});

describe('bulk', () => {
  it('starts a job for what meets the conditions, and follows it to the end', async () => {
    gateway.routes.set('POST /bulk', { status: 202, body: job });
    let asked = 0;
    const failure = { id, code: 'INSTANCE_ENDED', message: 'it has ended' };
    gateway.routes.set(`GET /bulk/${other}`, ({ query }) => {
      if (query['after'] !== undefined) return { body: { ...job, failures: [{ ...failure, id: other }], next: null } };
      return (asked += 1) === 1
        ? { body: job }
        : { body: { ...job, status: 'completed', done: 1, failed: 2, failures: [failure], next: id } };
    });
    const shell = onTerminal();
    const conditions = ['--definition', 'order', '--status', 'failed', '--tag', 'region=eu'];
    expect(await run(shell, 'bulk', 'start', 'retry', ...conditions, '--per-second', '10', '--wait')).toBe(1);
    expect(gateway.seen[0]?.body).toEqual({
      ...{ action: 'retry', by: 'ada', perSecond: 10, dryRun: false },
      filter: { definition: 'order', status: ['failed'], tags: { region: 'eu' } },
    });
    expect(shell.written.split('\n')).toEqual([
      `retry completed: 1 of 3 done, 2 failed  ${other}`,
      `  ${id}  INSTANCE_ENDED: it has ended`,
      `  ${other}  INSTANCE_ENDED: it has ended`,
      '',
    ]);
  });

  it('only counts on a dry run', async () => {
    gateway.routes.set('POST /bulk', { body: { dryRun: true, total: { count: 7, atLeast: false }, sample: [id] } });
    const shell = onTerminal();
    expect(await run(shell, 'bulk', 'start', 'cancel', '--id', `${id},${other}`, '--dry-run')).toBe(0);
    expect(gateway.seen[0]?.body).toMatchObject({ ids: [id, other], dryRun: true });
    expect(shell.written).toBe(`cancel would be done to 7 instances\n  ${id}\n`);
  });

  it('is one JSON value in a pipe, and stopped by its id', async () => {
    gateway.routes.set(`POST /bulk/${other}/stop`, { body: { ...job, status: 'stopping' } });
    const shell = inPipe();
    expect(await run(shell, 'bulk', 'stop', other, '--reason', 'wrong ones')).toBe(0);
    expect(gateway.seen[0]?.body).toEqual({ reason: 'wrong ones' });
    expect(shell.lines).toEqual([{ ...job, status: 'stopping' }]);
  });

  it.each([
    ['without a condition', ['cancel']],
    ['with both conditions and ids', ['cancel', '--key', 'a', '--id', id]],
    ['with an action there is not', ['delete', '--key', 'a']],
  ])('exits 2 %s', async (_, words) => {
    expect(await run(onTerminal(), 'bulk', 'start', ...words)).toBe(2);
    expect(gateway.seen).toEqual([]);
  });
});
