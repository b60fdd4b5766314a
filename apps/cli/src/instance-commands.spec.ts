import { runCli } from './run-cli.js';
import { FakeGateway, problem } from './testing/fake-gateway.js';
import { TestShell } from './testing/test-shell.js';

const id = '019b7a00-0000-7000-8000-000000000001';
const started = { id, status: 'pending', definition: 'order', version: '1.0.0' };
const step = (path: string, status: string, facts: object = {}) => ({
  path,
  type: 'task',
  title: null,
  task: 'echo',
  queue: 'default',
  status,
  attempt: 1,
  maxAttempts: 3,
  needs: [],
  reason: null,
  reasonText: null,
  worker: 'w-1',
  scheduledAt: '2026-01-01T11:59:58.000Z',
  startedAt: '2026-01-01T11:59:58.000Z',
  endedAt: status === 'completed' ? '2026-01-01T11:59:59.500Z' : null,
  dueAt: null,
  error: null,
  ...facts,
});
const instance = (status: string, facts: object = {}) => ({
  ...started,
  status,
  key: 'A-1',
  seq: 4,
  summary: 'Order A-1',
  currentStep: null,
  stepsDone: 1,
  stepsTotal: 2,
  errorCode: null,
  createdAt: '2026-01-01T11:59:57.000Z',
  startedAt: '2026-01-01T11:59:57.000Z',
  endedAt: null,
  tags: {},
  parent: null,
  generation: 1,
  startAt: null,
  queue: null,
  priority: null,
  input: { id: 'A-1' },
  output: null,
  error: null,
  waitingFor: [],
  steps: [step('charge', 'completed'), step('ship', 'running')],
  ...facts,
});

let gateway: FakeGateway;
let url: string;
beforeEach(async () => {
  gateway = new FakeGateway();
  url = await gateway.listen();
});
afterEach(() => gateway.close());

const onTerminal = (env: object = {}) => new TestShell(true, { ORQUESTRA_URL: url, NO_COLOR: '1', ...env });
const inPipe = () => new TestShell(false, { ORQUESTRA_URL: url });
const run = (shell: TestShell, line: string) => runCli(line.split(' '), shell);

describe('instance start', () => {
  it('starts with input, settings, key, tags and version, and tells the id', async () => {
    gateway.routes.set('POST /instances', { status: 201, body: started });
    const shell = onTerminal();
    const exitCode = await run(
      shell,
      'instance start order@^1.0.0 --input {"id":"A-1"} --set lines.0.cents=500 --set note=x,y --key A-1 --tag region=eu',
    );
    expect(exitCode).toBe(0);
    expect(gateway.seen[0]?.body).toEqual({
      definition: 'order',
      version: '^1.0.0',
      input: { id: 'A-1', lines: [{ cents: 500 }], note: 'x,y' },
      key: 'A-1',
      tags: { region: 'eu' },
    });
    expect(shell.written).toBe(`○ pending  order@1.0.0  ${id}\n`);
    expect(shell.complained).toContain(`orquestra instance watch ${id}`);
  });

  it('reads the input from stdin, as YAML', async () => {
    gateway.routes.set('POST /instances', { status: 201, body: started });
    const shell = inPipe();
    shell.stdin = 'id: A-2\nlines: [1, 2]\n';
    expect(await run(shell, 'instance start order --input -')).toBe(0);
    expect(gateway.seen[0]?.body).toMatchObject({ input: { id: 'A-2', lines: [1, 2] } });
    expect(shell.lines).toEqual([started]);
  });

  it('waits, prints the output and exits 0', async () => {
    gateway.routes.set('POST /instances', { status: 201, body: started });
    const completed = instance('completed', { output: { ok: true }, endedAt: '2026-01-01T12:00:00.000Z' });
    gateway.routes.set(`GET /instances/${id}/wait`, { body: completed });
    const shell = onTerminal();
    expect(await run(shell, 'instance run order')).toBe(0);
    expect(JSON.parse(shell.written)).toEqual({ ok: true });
    expect(shell.complained).toContain('✓ completed after 3.0 s');
  });

  it('says what it waits for meanwhile, once, and what to type', async () => {
    const shell = onTerminal();
    const ask = { path: 'ok', reason: 'ask', text: 'waits for an answer to "ok"', names: ['ok'] };
    const nap = { path: 'nap', reason: 'timer', text: 'sleeps', until: '2026-01-01T12:00:03.000Z' };
    gateway.routes.set('POST /instances', { status: 201, body: started });
    gateway.routes.set(`GET /instances/${id}`, { body: instance('waiting', { waitingFor: [ask, nap] }) });
    const asked = { path: 'ok', kind: 'approval', prompt: 'Pay 250 EUR?', choices: null };
    gateway.routes.set('GET /asks', { body: { items: [asked], next: null } });
    let looks = 0;
    gateway.routes.set(`GET /instances/${id}/wait`, () => ({
      status: shell.complained.includes('approved') && (looks += 1) > 3 ? 200 : 202,
      body: instance(looks > 3 ? 'completed' : 'waiting'),
    }));
    gateway.live = (ref, socket) => {
      const head = { id, status: 'waiting', seq: 2, stepsDone: 1, stepsTotal: 2, currentStep: 'ok' };
      const message = { type: 'snapshot', ref, topic: 'instance', id, after: 0, seq: 2, events: [], head };
      for (let times = 0; times < 2; times += 1) socket.send(JSON.stringify(message));
    };
    expect(await run(shell, 'instance run order')).toBe(0);
    const lines = shell.complained.split('\n');
    expect(lines.slice(0, 3)).toEqual([
      '  ok: waits for an answer to "ok"',
      '    Pay 250 EUR?',
      `    → orquestra ask answer ${id} ok approved|rejected`,
    ]);
    expect(lines[3]).toContain('✓ completed');
  });

  it('exits 1 with the reason when the instance failed, 124 when it takes too long', async () => {
    gateway.routes.set('POST /instances', { status: 201, body: started });
    gateway.routes.set(`GET /instances/${id}/wait`, {
      body: instance('failed', { error: { code: 'CARD_DECLINED', message: 'no\u001b[2J money', path: 'charge' } }),
    });
    const shell = onTerminal();
    expect(await run(shell, 'instance start order --wait')).toBe(1);
    expect(shell.complained).toContain(`charge: CARD_DECLINED: no [2J money\n  → orquestra instance retry ${id}\n`);

    gateway.routes.set(`GET /instances/${id}/wait`, { status: 202, body: instance('running') });
    const late = onTerminal();
    expect(await run(late, 'instance run order --timeout 10ms')).toBe(124);
    expect(late.complained).toContain(`orquestra instance watch ${id}`);
  });

  it('names the nearest definition when there is none of that name', async () => {
    gateway.routes.set('POST /instances', problem(404, 'DEFINITION_NOT_FOUND', 'no definition "ordr"'));
    gateway.routes.set('GET /definitions', { body: { items: [{ name: 'refund' }, { name: 'order' }], next: null } });
    const shell = onTerminal();
    expect(await run(shell, 'instance start ordr')).toBe(3);
    expect(shell.complained).toBe('no definition "ordr"\nDid you mean order?\n');
  });

  it('exits 4 with every fault when the server refuses', async () => {
    const errors = [{ severity: 'error', code: 'REQUIRED', path: '/input/id', message: 'expected id', hint: 'add it' }];
    gateway.routes.set('POST /instances', problem(422, 'INPUT_INVALID', 'the input does not fit', errors));
    const shell = onTerminal();
    expect(await run(shell, 'instance start order')).toBe(4);
    expect(shell.complained).toBe(
      'A problem (INPUT_INVALID): the input does not fit\n  /input/id  error  REQUIRED  expected id\n    hint: add it\n',
    );
  });
});

describe('usage', () => {
  it.each([
    ['an unknown command, with the nearest', 'instance strat order', /Did you mean start\?/],
    ['an unknown option', 'instance list --stauts failed', /Did you mean --status\?/],
    ['a status that does not exist', 'instance list --status faild', /Did you mean failed\?/],
    ['input that is no JSON', 'instance start order --input {a', /expected --input to be JSON/],
    ['a setting without a value', 'instance start order --set a', /expected --set path=value/],
    ['a setting that would reach a prototype', 'instance start order --set __proto__.a=1', /expected --set path=value/],
    ['a duration that is none', 'instance run order --timeout soon', /duration such as/],
    ['an id that is none', 'instance get order', /expected an instance id/],
    ['a server that is none', 'worker list --server localhost', /expected the address of a server/],
  ])('exits 2 at %s', async (_, line, message) => {
    const shell = onTerminal();
    expect(await run(shell, line)).toBe(2);
    expect(shell.complained).toMatch(message);
    expect(gateway.seen).toHaveLength(0);
  });

  it('shows help and version', async () => {
    const shell = onTerminal();
    expect(await run(shell, 'instance run --help')).toBe(0);
    expect(shell.written).toContain('--set <path=value>');
    expect(shell.written).toContain('--server <url>');
    expect(await run(shell, '--version')).toBe(0);
    expect(shell.written).toMatch(/\n\d+\.\d+\.\d+\n$/);
  });

  it('says in one line that no server is there', async () => {
    const shell = onTerminal();
    expect(await run(shell, 'worker list -s http://127.0.0.1:1')).toBe(1);
    expect(shell.complained).toMatch(
      /^expected an OrquestraX server at http:\/\/127\.0\.0\.1:1, but nothing answered \(.*\)\nStart one with/,
    );
  });
});

describe('instance list', () => {
  beforeEach(() =>
    gateway.routes.set('GET /instances', { body: { items: [instance('running'), instance('failed')], next: 'more' } }),
  );

  it('is a table on a terminal, with the filters asked for', async () => {
    const shell = onTerminal();
    expect(await run(shell, 'instance list --status failed,ended -d order --parent none --tag region=eu --limit 2')).toBe(0);
    expect(gateway.seen[0]?.query).toMatchObject({ definition: 'order', parent: 'none', 'tag.region': 'eu', limit: '2' });
    expect(gateway.seen[0]?.query['status']).toMatch(/^failed,completed,failed,cancelled,timed_out/);
    const [head, first] = shell.written.split('\n');
    expect(head).toMatch(/^ID +STATUS +DEFINITION +KEY +STEPS/);
    expect(first).toMatch(new RegExp(`^${id}  ◐ running +order@1.0.0 +A-1 +1/2 `));
    expect(shell.complained).toContain('The newest 2; more with --limit or --all.');
  });

  it('is JSON lines in a pipe or with --json', async () => {
    const [pipe, json] = [inPipe(), onTerminal()];
    expect(await run(pipe, 'instance list -n 2')).toBe(0);
    expect(await run(json, 'instance list -n 2 --json')).toBe(0);
    expect(pipe.lines).toHaveLength(2);
    expect(json.written).toBe(pipe.written);
  });

  it('says what to do when there are none', async () => {
    gateway.routes.set('GET /instances', { body: { items: [], next: null } });
    const shell = onTerminal();
    await run(shell, 'instance list');
    expect(shell.written).toContain('orquestra instance start');
  });

  it('colours only where it may', async () => {
    const coloured = new TestShell(true, { ORQUESTRA_URL: url });
    await run(coloured, 'instance list -n 1');
    expect(coloured.written).toContain('\u001b[34m◐ running');
    const plain = onTerminal();
    await run(plain, 'instance list -n 1');
    expect(plain.written).not.toContain('\u001b');
  });
});

describe('instance get', () => {
  it('shows how it stands, why, and its steps', async () => {
    const waitingFor = [{ path: 'ship', reason: 'no_worker', text: 'no live worker serves ship.parcel' }];
    gateway.routes.set(`GET /instances/${id}`, { body: instance('running', { waitingFor }) });
    const shell = onTerminal();
    expect(await run(shell, `instance get ${id}`)).toBe(0);
    expect(shell.written).toContain(`order@1.0.0  ${id}  key A-1`);
    expect(shell.written).toContain('◐ running, started 3 s ago, for 3.0 s');
    expect(shell.written).toContain('ship: no live worker serves ship.parcel');
    expect(shell.written).toMatch(/charge +✓ completed +1\/3 +1\.5 s/);
  });

  it('says how one that failed goes on', async () => {
    const error = { code: 'CARD_DECLINED', message: 'no money', path: 'charge' };
    gateway.routes.set(`GET /instances/${id}`, { body: instance('failed', { error }) });
    const shell = onTerminal();
    await run(shell, `instance get ${id}`);
    expect(shell.written).toContain(`charge: CARD_DECLINED: no money\n  → orquestra instance retry ${id}\n`);
  });

  it('takes the beginning of an id when only one instance fits', async () => {
    gateway.routes.set('GET /instances', { body: { items: [instance('running')], next: null } });
    gateway.routes.set(`GET /instances/${id}`, { body: instance('running') });
    expect(await run(inPipe(), 'instance get 019b7a')).toBe(0);
    gateway.routes.set('GET /instances', { body: { items: [{ id }, { id: 'other' }], next: null } });
    expect(await run(inPipe(), 'instance get 019b7a')).toBe(2);
    gateway.routes.set('GET /instances', { body: { items: [], next: null } });
    expect(await run(inPipe(), 'instance get 019b7a')).toBe(3);
  });

  it('exits 3 when there is none', async () => {
    gateway.routes.set(`GET /instances/${id}`, problem(404, 'INSTANCE_NOT_FOUND', `no instance ${id}`));
    expect(await run(onTerminal(), `instance get ${id}`)).toBe(3);
  });
});

describe('instance logs', () => {
  const line = (n: number, facts: object = {}) => ({
    id: n,
    path: 'charge',
    attempt: 1,
    no: n,
    level: 'info',
    text: `line ${n}`,
    at: '2026-01-01T11:59:58.000Z',
    ...facts,
  });

  it('shows lines page by page, tame', async () => {
    gateway.routes.set(`GET /instances/${id}/logs`, ({ query }) =>
      query['after'] === '0'
        ? { body: { items: [line(1)], next: 1 } }
        : { body: { items: [line(2, { attempt: 2, level: 'error', text: 'red \u001b[31m\nnext' })], next: null } },
    );
    const shell = onTerminal();
    expect(await run(shell, `instance logs ${id} --path charge`)).toBe(0);
    expect(shell.written).toMatch(/charge\S* info +line 1\n/);
    expect(shell.written).toMatch(/charge\S* \(attempt 2\) error red  ?\[31m next\n/);
    expect(gateway.seen.map(({ query }) => [query['path'], query['after']])).toEqual([
      ['charge', '0'],
      ['charge', '1'],
    ]);
  });

  it('follows until the instance has ended, and prints JSON lines in a pipe', async () => {
    let asked = 0;
    gateway.routes.set(`GET /instances/${id}/wait`, () => ({ body: instance((asked += 1) < 2 ? 'running' : 'completed') }));
    gateway.routes.set(`GET /instances/${id}/logs`, ({ query }) => {
      const after = Number(query['after']);
      return { body: { items: after < 3 && after <= asked ? [line(after + 1)] : [], next: null } };
    });
    const shell = inPipe();
    expect(await run(shell, `instance logs ${id} --follow`)).toBe(0);
    expect(shell.lines).toEqual([line(1), line(2)]);
  });
});

describe('instance cancel', () => {
  it('goes on with the others when one is refused', async () => {
    const other = id.replace(/1$/, '2');
    gateway.routes.set(`POST /instances/${id}/cancel`, problem(409, 'INSTANCE_ENDED', 'it has ended'));
    gateway.routes.set(`POST /instances/${other}/cancel`, { status: 202, body: { id: other, status: 'running' } });
    const shell = onTerminal();
    expect(await run(shell, `instance cancel ${id} ${other} --reason test`)).toBe(4);
    expect(gateway.seen.map((seen) => seen.body)).toEqual([{ reason: 'test' }, { reason: 'test' }]);
    expect(shell.complained).toContain('INSTANCE_ENDED');
    expect(shell.written).toContain(other);
  });
});

describe('instance watch', () => {
  const event = (seq: number, type: string, data: object, path: string | null = null) => ({
    seq,
    generation: 1,
    type,
    path,
    attempt: path === null ? null : 1,
    data,
    at: `2026-01-01T11:59:5${seq}.000Z`,
  });
  const events = [
    event(1, 'instanceStarted', { definition: 'order', version: '1.0.0', checksum: 'x', input: {} }),
    event(2, 'stepScheduled', { task: 'echo', queue: 'default', priority: 0, incarnation: 1 }, 'charge'),
    event(
      3,
      'stepCompleted',
      { token: 2, output: 7, worker: 'w-9', startedAt: Date.parse('2026-01-01T11:59:52.500Z') },
      'charge',
    ),
    event(4, 'instanceCompleted', { output: 7 }),
  ];
  beforeEach(() => {
    const fresh = instance('running', {
      steps: [step('charge', 'pending', { attempt: 0, scheduledAt: null, startedAt: null, worker: null })],
    });
    let asked = 0;
    gateway.routes.set(`GET /instances/${id}`, () => ({
      body: (asked += 1) === 1 ? fresh : instance('completed', { output: 7 }),
    }));
    gateway.live = (ref, socket) => {
      const send = (type: string, after: number, items: typeof events) =>
        socket.send(JSON.stringify({ type, ref, topic: 'instance', id, after, seq: items.at(-1)?.seq, events: items }));
      send('snapshot', 0, events.slice(0, 2));
      send('delta', 2, events.slice(2));
    };
  });

  it('prints an audit event a line in a pipe, to the end', async () => {
    const shell = inPipe();
    expect(await run(shell, `instance watch ${id}`)).toBe(0);
    expect(shell.lines).toEqual(events);
  });

  it('goes on after an end that was followed by a retry', async () => {
    const failed = event(3, 'instanceFailed', { error: { code: 'X', message: 'x' } });
    gateway.live = (ref, socket) => {
      const send = (type: string, after: number, items: typeof events) =>
        socket.send(JSON.stringify({ type, ref, topic: 'instance', id, after, seq: items.at(-1)?.seq, events: items }));
      send('snapshot', 0, [events[0]!, events[1]!, failed, event(4, 'instanceRetried', {})]);
      send('delta', 4, [event(5, 'instanceCompensated', {})]);
    };
    const shell = inPipe();
    await run(shell, `instance watch ${id}`);
    expect(shell.lines).toHaveLength(5);
  });

  it('says on a terminal why nothing happens, for how long, and what to type', async () => {
    const steps = [step('charge', 'pending', { attempt: 0 }), step('each', 'pending', { type: 'forEach', attempt: 0 })];
    gateway.routes.set(`GET /instances/${id}`, { body: instance('running', { steps }) });
    const dueAt = Date.parse('2026-01-01T12:00:30.000Z');
    const asked = { name: 'go', kind: 'choice', prompt: 'Which way?', choices: ['left', 'right'] };
    gateway.live = (ref, socket) => {
      const told = [
        events[0]!,
        event(2, 'timerStarted', { dueAt }, 'charge'),
        event(3, 'blockEntered', { items: [1] }, 'each'),
        event(4, 'askOpened', asked, 'each/0/go'),
      ];
      socket.send(JSON.stringify({ type: 'snapshot', ref, topic: 'instance', id, after: 0, seq: 4, events: told }));
    };
    const shell = onTerminal();
    expect(await run(shell, `instance watch ${id} --timeout 600ms`)).toBe(124);
    const screen = shell.written.split('\u001b[0J').at(-2)!.replaceAll('\u001b[2K', '');
    expect(screen).toMatch(/charge +‖ waiting .* sleeps \(30\.0 s left\)\n/);
    expect(screen).toContain(
      `Open steps\n  each/0/go: waits for an answer to "go"\n    Which way?\n    → orquestra ask answer ${id} go left|right\n`,
    );
  });

  it('redraws one screen on a terminal', async () => {
    const shell = onTerminal();
    expect(await run(shell, `instance watch ${id}`)).toBe(0);
    const screens = shell.written.split('\u001b[0J');
    expect(screens[0]).toMatch(/charge +○ pending/);
    expect(screens.at(-2)).toMatch(/✓ completed {2}1\/1 steps {2}3\.0 s/);
    expect(screens.at(-2)).toMatch(/charge +✓ completed +1\/3 +500 ms +w-9/);
    expect(shell.written.endsWith('7\n')).toBe(true);
  });
});

describe('worker and queue list', () => {
  it('warns of a queue nobody serves', async () => {
    const queue = { queue: 'default', task: 'x', queued: 3, sent: 0, ready: 0, running: 0, workers: 0, slots: 0, oldestAt: null };
    gateway.routes.set('GET /queues', { body: { items: [queue], next: null } });
    const shell = onTerminal();
    expect(await run(shell, 'queue list')).toBe(0);
    expect(shell.written).toMatch(/default +x +3 +0 +0 +0 \(none!\)/);
  });
});
