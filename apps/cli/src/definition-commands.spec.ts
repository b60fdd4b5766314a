import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from './run-cli.js';
import { FakeGateway, problem } from './testing/fake-gateway.js';
import { TestShell } from './testing/test-shell.js';

const good = 'name: order\nversion: 1.0.0\nsteps:\n  - { id: total, task: echo }\n';
const bad =
  'name: order\nversion: 1.0.0\nsteps:\n  - { id: a, task: echo, needs: [b] }\n  - { id: total, task: echo, needs: [tota] }\n';

let folder: string;
const file = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
};
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'orquestra-cli-'))));
afterEach(() => rm(folder, { recursive: true }));

describe('definition validate', () => {
  it('passes a valid definition without a server', async () => {
    const shell = new TestShell(true, { NO_COLOR: '1', ORQUESTRA_URL: 'http://127.0.0.1:1' });
    const path = await file('order.yaml', good);
    expect(await runCli(['definition', 'validate', path], shell)).toBe(0);
    expect(shell.written).toBe('✓ order.yaml: order@1.0.0 is valid\n');
  });

  it('tells every problem with file, line, code and hint, and exits 4', async () => {
    const shell = new TestShell(true, { NO_COLOR: '1' });
    const path = await file('order.yaml', bad);
    expect(await runCli(['definition', 'validate', path], shell)).toBe(4);
    const lines = shell.written.split('\n');
    expect(lines[0]).toMatch(new RegExp(`^${path}:4:\\d+ {2}error {2}[A-Z_]+ {2}.*"?b"?`));
    expect(shell.written).toMatch(new RegExp(`${path}:5:\\d+ {2}error {2}[A-Z_]+ .*tota[^]*hint: .*`));
    expect(shell.written).toContain('✕ order.yaml: 2 errors');
  });

  it('tells what is no YAML at all', async () => {
    const shell = new TestShell(true, { NO_COLOR: '1' });
    shell.stdin = 'name: [1\n';
    expect(await runCli(['definition', 'validate', '-'], shell)).toBe(4);
    expect(shell.written).toMatch(/^-:\d+:\d+ {2}error/);
  });

  it('is one JSON line a file in a pipe', async () => {
    const shell = new TestShell(false);
    const paths = [await file('a.yaml', good), await file('b.json', '{"name":"b","version":"1.0.0","steps":[]}')];
    expect(await runCli(['definition', 'validate', ...paths], shell)).toBe(0);
    expect(shell.lines).toEqual([
      { file: paths[0], valid: true, name: 'order', version: '1.0.0', problems: [] },
      { file: paths[1], valid: true, name: 'b', version: '1.0.0', problems: expect.any(Array) },
    ]);
  });

  it('exits 2 when the file cannot be read', async () => {
    const shell = new TestShell(true);
    expect(await runCli(['definition', 'validate', join(folder, 'none.yaml')], shell)).toBe(2);
    expect(shell.complained).toContain('ENOENT');
  });
});

describe('definition push', () => {
  let gateway: FakeGateway;
  let url: string;
  beforeEach(async () => {
    gateway = new FakeGateway();
    url = await gateway.listen();
  });
  afterEach(() => gateway.close());
  const registered = { name: 'order', version: '1.0.0', checksum: 'c', outcome: 'created', active: true, problems: [] };

  it('registers the text as it is and says what came of it', async () => {
    gateway.routes.set('POST /definitions', { status: 201, body: registered });
    const shell = new TestShell(true, { NO_COLOR: '1', ORQUESTRA_URL: url });
    expect(await runCli(['definition', 'push', await file('order.yaml', good)], shell)).toBe(0);
    expect(gateway.seen[0]).toMatchObject({ body: good, query: {} });
    expect(shell.written).toBe('✓ order@1.0.0 registered, active\n');
  });

  it('goes on with the other files when one is refused, with the lines of its problems', async () => {
    const errors = [
      { severity: 'error', code: 'UNKNOWN_STEP', path: '/steps/0/needs/0', message: 'no step b', line: 4, column: 30 },
    ];
    gateway.routes.set('POST /definitions', ({ body }) =>
      body === bad
        ? problem(422, 'DEFINITION_INVALID', 'it has problems', errors)
        : { status: 200, body: { ...registered, outcome: 'identical' } },
    );
    const shell = new TestShell(true, { NO_COLOR: '1', ORQUESTRA_URL: url });
    const [first, second] = [await file('bad.yaml', bad), await file('order.yaml', good)];
    expect(await runCli(['definition', 'push', first, second, '--no-activate'], shell)).toBe(4);
    expect(shell.written).toContain(`${first}:4:30  error  UNKNOWN_STEP  no step b`);
    expect(shell.written).toContain('✓ order@1.0.0 already registered');
    expect(gateway.seen[1]?.query).toEqual({ activate: 'false' });
  });
});

describe('definition pause and resume', () => {
  it('pauses, and lets go on, and says where the rest can be seen', async () => {
    const gateway = new FakeGateway();
    const url = await gateway.listen();
    const job = '01890000-0000-7000-8000-000000000001';
    const paused = { at: '2026-01-01T12:00:00.000Z', by: 'ada', reason: 'till fixed' };
    gateway.routes.set('POST /definitions/order/pause', { status: 200, body: { name: 'order', paused, job } });
    gateway.routes.set('POST /definitions/order/resume', { status: 200, body: { name: 'order', paused: null, job } });
    const shell = new TestShell(true, { NO_COLOR: '1', USER: 'ada', ORQUESTRA_URL: url });
    expect(await runCli(['definition', 'pause', 'order', '--reason', 'till fixed'], shell)).toBe(0);
    expect(await runCli(['definition', 'resume', 'order'], shell)).toBe(0);
    expect(gateway.seen.map(({ body }) => body)).toEqual([{ reason: 'till fixed', by: 'ada' }, { by: 'ada' }]);
    expect(shell.written).toContain('✓ order is paused, and its instances are told\n');
    expect(shell.written).toContain('✓ order goes on, and its instances are told\n');
    gateway.close();
  });
});
