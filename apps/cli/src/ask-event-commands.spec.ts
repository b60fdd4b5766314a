import { runCli } from './run-cli.js';
import { FakeGateway, problem } from './testing/fake-gateway.js';
import { TestShell } from './testing/test-shell.js';

const id = '019b7a00-0000-7000-8000-000000000001';
const acted = { id, status: 'running', outcome: 'applied' };
const ask = {
  instance: id,
  definition: 'expense',
  path: 'decision',
  name: 'decision',
  kind: 'approval',
  prompt: 'Pay 250 EUR?',
  choices: null,
  form: null,
  assignees: ['manager'],
  claimedBy: null,
  dueAt: null,
  timeoutAt: '2026-01-03T12:00:00.000Z',
  openedAt: '2026-01-01T11:57:00.000Z',
};
const kept = {
  id: 'e-1',
  name: 'paid',
  key: 'o-1',
  payload: { cents: 5 },
  receivedAt: '2026-01-01T11:59:30.000Z',
  expiresAt: '2026-01-02T11:59:30.000Z',
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

describe('ask', () => {
  it('lists what people are asked, how long ago and how long they have, and says how to answer', async () => {
    gateway.routes.set('GET /asks', { body: { items: [ask, { ...ask, claimedBy: 'bob', timeoutAt: null }], next: null } });
    const shell = onTerminal();
    expect(await run(shell, 'ask', 'list', '--assignee', 'manager', '--instance', id)).toBe(0);
    expect(gateway.seen[0]?.query).toMatchObject({ assignee: 'manager', instance: id });
    expect(shell.written).toMatch(/decision +approval +manager +3 min ago +2 d +Pay 250 EUR\?/);
    expect(shell.written).toMatch(/bob \(claimed\) +3 min ago +– /);
    expect(shell.complained).toContain('orquestra ask answer <instance> <name> <value>');
    const pipe = inPipe();
    await run(pipe, 'ask', 'ls');
    expect(pipe.lines[0]).toEqual(ask);
  });

  it('answers with a value and a comment in the name of whoever is at the terminal', async () => {
    gateway.routes.set(`POST /instances/${id}/asks/decision`, { body: acted });
    const shell = onTerminal();
    expect(await run(shell, 'ask', 'answer', id, 'decision', 'approved', '--comment', 'Fine')).toBe(0);
    expect(gateway.seen[0]?.body).toEqual({ value: 'approved', comment: 'Fine', by: 'ada' });
    expect(shell.written).toBe(`✓ decision answered  ◐ running  ${id}\n`);
  });

  it('answers a form from JSON, and by another name', async () => {
    gateway.routes.set(`POST /instances/${id}/asks/seats`, { body: { ...acted, outcome: 'stored' } });
    const shell = onTerminal();
    expect(await run(shell, 'ask', 'answer', id, 'seats', '--form', '{"seats": 2}', '--by', 'bob')).toBe(0);
    expect(gateway.seen[0]?.body).toEqual({ form: { seats: 2 }, by: 'bob' });
    expect(shell.written).toContain('○ seats: stored, not decided yet');
  });

  it.each([
    ['no answer at all', [], 'expected an answer, but found none'],
    ['a form that is no JSON', ['--form', '{'], 'expected --form to be JSON'],
  ])('refuses %s as a usage error', async (_, words, told) => {
    const shell = onTerminal();
    expect(await run(shell, 'ask', 'answer', id, 'decision', ...words)).toBe(2);
    expect(shell.complained).toContain(told);
    expect(gateway.seen).toEqual([]);
  });

  it('tells where a wrong answer is wrong, and exits 4', async () => {
    const error = { severity: 'error', code: 'ANSWER_INVALID', path: '/value', message: 'expected "approved" or "rejected"' };
    gateway.routes.set(`POST /instances/${id}/asks/decision`, problem(422, 'ANSWER_INVALID', 'the answer does not fit', [error]));
    const shell = onTerminal();
    expect(await run(shell, 'ask', 'answer', id, 'decision', 'maybe')).toBe(4);
    expect(shell.complained).toContain('expected "approved" or "rejected"');
  });

  it('claims, and passes on', async () => {
    gateway.routes.set(`POST /instances/${id}/asks/decision/claim`, { body: acted });
    gateway.routes.set(`POST /instances/${id}/asks/decision/reassign`, { body: acted });
    const shell = onTerminal();
    expect(await run(shell, 'ask', 'claim', id, 'decision')).toBe(0);
    expect(await run(shell, 'ask', 'reassign', id, 'decision', 'bob,eve', 'dan', '--reason', 'holiday')).toBe(0);
    expect(gateway.seen.map(({ body }) => body)).toEqual([
      { by: 'ada' },
      { assignees: ['bob', 'eve', 'dan'], by: 'ada', reason: 'holiday' },
    ]);
    expect(await run(inPipe(), 'ask', 'claim', id, 'decision')).toBe(2);
  });
});

describe('event', () => {
  it('is sent to an instance, or by key', async () => {
    gateway.routes.set(`POST /instances/${id}/events`, { body: { id: 'e-1', outcome: 'kept', instances: [id] } });
    gateway.routes.set('POST /events', { body: { id: 'e-2', outcome: 'matched', instances: [id] } });
    const shell = onTerminal();
    expect(await run(shell, 'event', 'send', 'paid', '--instance', id, '--payload', '{"cents": 5}', '--id', 'e-1')).toBe(0);
    expect(await run(shell, 'event', 'send', 'paid', '--key', 'o-1', '--ttl', '1h')).toBe(0);
    expect(gateway.seen.map(({ body }) => body)).toEqual([
      { name: 'paid', payload: { cents: 5 }, id: 'e-1' },
      { name: 'paid', key: 'o-1', ttl: '1h' },
    ]);
    expect(shell.written).toContain(`‖ kept: until a step waits for it  e-1\n1 instance: ${id}\n✓ matched`);
  });

  it.each([
    ['neither instance nor key', []],
    ['both', ['--instance', id, '--key', 'k']],
    ['a ttl without a key', ['--instance', id, '--ttl', '1h']],
  ])('is not sent to %s', async (_, words) => {
    expect(await run(onTerminal(), 'event', 'send', 'paid', ...words)).toBe(2);
    expect(gateway.seen).toEqual([]);
  });

  it('that nobody has taken is listed, and given to an instance', async () => {
    gateway.routes.set('GET /events', { body: { items: [kept], next: null } });
    gateway.routes.set('POST /events/e-1/bind', { body: { id: 'e-1', outcome: 'matched', instances: [id] } });
    const shell = onTerminal();
    expect(await run(shell, 'event', 'list')).toBe(0);
    expect(shell.written).toMatch(/e-1 +paid +o-1 +30 s ago +23 h 59 min +\{"cents":5\}/);
    expect(await run(shell, 'event', 'list', '--unmatched')).toBe(0);
    expect(await run(shell, 'event', 'bind', 'e-1', id)).toBe(0);
    expect(gateway.seen.map(({ query, body }) => body ?? query['status'])).toEqual(['waiting', 'unmatched', { instance: id }]);
  });
});
