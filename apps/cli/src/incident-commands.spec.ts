import { runCli } from './run-cli.js';
import { FakeGateway } from './testing/fake-gateway.js';
import { TestShell } from './testing/test-shell.js';

const id = '019b7a00-0000-7000-8000-000000000001';
const at = '2026-01-01T11:59:00.000Z';
const incident = {
  ...{ id, kind: 'refusedCommand', code: 'INPUT_INVALID', reason: 'INPUT_INVALID: no', instance: null, definition: 'order' },
  ...{ path: null, step: null, status: 'open', deliveries: 2, redrives: 1, redrive: 'message', isEditable: true, at, lastAt: at },
  ...{ closedAt: null, closedBy: null, closedReason: null },
};
const detail = {
  ...incident,
  headers: { a: 'b' },
  raw: { text: '{"n":\u001b1}', base64: null, bytes: 7 },
  error: null,
  result: null,
};
const outcome = { id, outcome: 'redriven', status: 'redriven', code: null, message: 'done', instance: null };
const acted = { dryRun: false, total: { count: 1, atLeast: false }, items: [outcome], sample: [], job: null };

let gateway: FakeGateway;
let shell: TestShell;
beforeEach(async () => {
  gateway = new FakeGateway();
  shell = new TestShell(true, { ORQUESTRA_URL: await gateway.listen(), NO_COLOR: '1', USER: 'ada' });
});
afterEach(() => gateway.close());

describe('orquestra incident', () => {
  it('lists with conditions, and shows one without what could move the cursor', async () => {
    gateway.routes.set('GET /incidents', { status: 200, body: { items: [incident], next: null } });
    gateway.routes.set(`GET /incidents/${id}`, { status: 200, body: detail });
    expect(await runCli(['incident', 'list', '--kind', 'refusedCommand,lostStep', '--status', 'open'], shell)).toBe(0);
    expect(gateway.seen[0]).toMatchObject({ query: { kind: 'refusedCommand,lostStep', status: 'open' } });
    expect(await runCli(['incident', 'show', id], shell)).toBe(0);
    expect(shell.written).toContain('INPUT_INVALID: no');
    expect(shell.written).not.toContain('\u001b');
  });

  it('redrives by id, with an edit, and by the group of one', async () => {
    gateway.routes.set('POST /incidents/redrive', { status: 200, body: acted });
    gateway.routes.set(`GET /incidents/${id}`, { status: 200, body: detail });
    expect(await runCli(['incident', 'redrive', id, '--edit', '{"n":1}', '-r', 'mended'], shell)).toBe(0);
    expect(gateway.seen[0]).toMatchObject({ body: { ids: [id], edit: { n: 1 }, reason: 'mended', by: 'ada' } });
    expect(await runCli(['incident', 'redrive', '--like', id], shell)).toBe(0);
    const group = { kind: 'refusedCommand', code: 'INPUT_INVALID', step: null, definition: 'order' };
    expect(gateway.seen.at(-1)).toMatchObject({ body: { group } });
  });

  it('exits with 4 when one is refused again, and with 2 when nothing or too much is named', async () => {
    const refused = { ...outcome, outcome: 'refused', status: 'open', code: 'INPUT_INVALID' };
    gateway.routes.set('POST /incidents/redrive', { status: 200, body: { ...acted, items: [refused] } });
    expect(await runCli(['incident', 'redrive', '--code', 'INPUT_INVALID'], shell)).toBe(4);
    expect(await runCli(['incident', 'redrive'], shell)).toBe(2);
    expect(await runCli(['incident', 'redrive', id, '--code', 'X'], shell)).toBe(2);
    expect(await runCli(['incident', 'discard', id], shell)).toBe(2);
  });
});

it('orquestra operator-log tells who did what', async () => {
  const entry = { id, at, actor: 'ada', action: 'incident.redrive', target: id, reason: 'mended', address: '::1', details: null };
  gateway.routes.set('GET /operator-log', { status: 200, body: { items: [entry], next: null } });
  expect(await runCli(['operator-log', '--action', 'incident.*'], shell)).toBe(0);
  expect(gateway.seen[0]).toMatchObject({ query: { action: 'incident.*' } });
  expect(shell.written).toMatch(/ada +::1 +incident\.redrive/);
});
