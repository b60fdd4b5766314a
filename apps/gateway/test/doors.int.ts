import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { exchanges, partitionEnvelopeSchema, partitionKey } from '#libs/contracts';
import type { JsonObject } from '#libs/engine';
import { decodeEnvelope } from '#libs/messaging';
import { DefinitionStore } from '#libs/persistence';
import { delta, FakeOwner } from './fake-owner.js';
import { type Answer, startGateway, type TestGateway } from './gateway-app.js';

let gateway: TestGateway;

const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  gateway.request('POST', path, { body, headers });
const start = (body: object, headers?: Record<string, string>): Promise<Answer> =>
  post('/api/v1/instances', { definition: 'greet', ...body }, headers);
const listAll = async (): Promise<{ id: string; tags: object }[]> =>
  (await gateway.request('GET', '/api/v1/instances?limit=200')).body.items;

const greet = (version: string, extra: object = {}) => ({
  name: 'greet',
  version,
  steps: [{ id: 'hello', task: 'echo' }],
  ...extra,
});

beforeAll(async () => {
  gateway = await startGateway();
  for (const version of ['1.0.0', '1.2.0', '2.0.0-beta.1'])
    expect((await post('/api/v1/definitions', greet(version))).status).toBe(201);
}, 30_000);
afterAll(() => gateway.close());

describe('registering', () => {
  it('makes a release active and a pre-release not', async () => {
    const { body } = await gateway.request('GET', '/api/v1/definitions/greet');
    expect(body).toMatchObject({ activeVersion: '1.2.0', latestVersion: '2.0.0-beta.1', versions: 3 });
    expect(body.all.map(({ version }: { version: string }) => version)).toEqual(['2.0.0-beta.1', '1.2.0', '1.0.0']);
  });

  it('refuses a version that is not newer, unless older ones are allowed', async () => {
    expect((await post('/api/v1/definitions', greet('0.9.0'))).body).toMatchObject({ status: 409, code: 'VERSION_NOT_NEWER' });
    const allowed = await post('/api/v1/definitions?allowOlder=true&activate=false', greet('0.9.0'));
    expect(allowed).toMatchObject({ status: 201, body: { active: false } });
  });

  it('registers nothing on a dry run', async () => {
    expect((await post('/api/v1/definitions?dryRun', greet('7.0.0'))).body).toMatchObject({ outcome: 'valid' });
    expect((await gateway.request('GET', '/api/v1/definitions/greet/versions/7.0.0')).status).toBe(404);
  });

  it('refuses tasks nobody serves when asked to', async () => {
    const answer = await post('/api/v1/definitions?requireWorkers&dryRun', greet('7.0.0'));
    expect(answer.body).toMatchObject({ code: 'DEFINITION_INVALID', errors: [{ severity: 'error', code: 'TASK_NOT_SERVED' }] });
  });

  it('warns of children that are not there or lead back, and refuses them when it is to be strict', async () => {
    const caller = (name: string, ...children: object[]) => ({
      ...{ name, version: '1.0.0' },
      steps: children.map((child, n) => ({ id: `c${n}`, type: 'workflow', needs: [], ...child })),
    });
    const register = async (document: object, query = '') => {
      const { status, body } = await post(`/api/v1/definitions${query}`, document);
      return {
        status,
        told: (body.problems ?? body.errors).map((each: { code: string; path: string }) => [each.code, each.path]),
      };
    };
    const absent = caller(
      'caller',
      { workflow: 'gret' },
      { workflow: 'greet', version: '^9' },
      { workflow: 'greet', version: '~1.2' },
    );
    const told = [
      ['CHILD_NOT_FOUND', '/steps/0/workflow'],
      ['CHILD_NOT_FOUND', '/steps/1/version'],
    ];
    expect(await register(absent, '?strict')).toEqual({ status: 422, told });
    expect((await post('/api/v1/definitions/validate?strict', absent)).body).toMatchObject({ valid: false });
    expect(await register(absent)).toEqual({ status: 201, told });
    const { body } = await post('/api/v1/definitions/validate', absent);
    expect(body.problems[0]).toMatchObject({ severity: 'warning', hint: 'Did you mean "greet"?' });
    expect(await register(caller('middle', { workflow: 'last' }))).toEqual({
      status: 201,
      told: [['CHILD_NOT_FOUND', '/steps/0/workflow']],
    });
    expect(await register(caller('last', { workflow: 'middle' }, { workflow: 'last' }))).toEqual({
      status: 201,
      told: [
        ['SELF_REFERENCE', '/steps/0/workflow'],
        ['SELF_REFERENCE', '/steps/1/workflow'],
      ],
    });
  });

  it('tells line and column of problems in YAML', async () => {
    const text = 'name: greet\nversion: 9.0.0\nsteps:\n  - id: a\n    task: echo\n    needs: [b]\n';
    const answer = await gateway.request('POST', '/api/v1/definitions', { text, type: 'application/yaml' });
    expect(answer.body.errors).toEqual(
      expect.arrayContaining([expect.objectContaining({ path: '/steps/0/needs/0', line: 6, column: 13 })]),
    );
  });
});

describe('starting', () => {
  it.each([
    [undefined, '1.2.0'],
    ['1.0.0', '1.0.0'],
    ['~1.0', '1.0.0'],
    ['^1.0.0', '1.2.0'],
    ['latest', '1.2.0'],
    ['2.0.0-beta.1', '2.0.0-beta.1'],
  ])('with version %s runs %s', async (version, expected) => {
    expect((await start({ version })).body).toMatchObject({ status: 'pending', version: expected });
  });

  it('accepts an id of the caller, and the same start again', async () => {
    const id = uuidv7();
    expect(await start({ id, input: { a: 1 } })).toMatchObject({ status: 201, body: { id } });
    expect(await start({ id: id.toUpperCase(), input: { a: 1 } })).toMatchObject({ status: 200, body: { id } });
    expect((await start({ id, input: { a: 2 } })).body).toMatchObject({ status: 409, code: 'INSTANCE_EXISTS' });
  });

  it('gives a key to one instance, however many ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => start({ key: 'race', input: {} })));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(11).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });

  it('answers each of a batch by itself, in order', async () => {
    const { body } = await post('/api/v1/instances/batch', {
      instances: [
        { definition: 'greet' },
        { definition: 'nobody' },
        { definition: 'greet', key: 'race', onConflict: 'reject' },
        7,
        { definition: 'greet' },
      ],
    });
    expect(body.items.map(({ status }: { status: number }) => status)).toEqual([201, 404, 409, 422, 201]);
    expect(body.items[3].problem).toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('answers each of a batch by itself when somebody has written over the definition of one', async () => {
    await post('/api/v1/definitions', { ...moved, name: 'spoilt', version: '1.0.0' });
    await gateway.app.get(DataSource).query(`UPDATE workflow_definitions SET spec = '{' WHERE name = 'spoilt'`);
    const { body } = await post('/api/v1/instances/batch', { instances: [{ definition: 'spoilt' }, { definition: 'greet' }] });
    expect(body.items).toMatchObject([{ status: 500, problem: { code: 'DATA_UNREADABLE' } }, { status: 201 }]);
  });

  it('shows why a pending instance waits', async () => {
    const { body: later } = await start({ startAt: '2099-01-01T00:00:00Z' });
    const { body } = await gateway.request('GET', `/api/v1/instances/${later.id}`);
    expect(body).toMatchObject({
      status: 'pending',
      waitingFor: [{ reason: 'start_at', until: '2099-01-01T00:00:00.000Z' }],
      steps: [{ path: 'hello', status: 'pending' }],
    });
  });

  it('means the version that is active when it is stored, whoever has activated it', async () => {
    const register = (version: string, schema: JsonObject) =>
      gateway.app
        .get(DefinitionStore)
        .register({ name: 'moved', version, checksum: version, spec: { ...moved, version, input: { schema } } });
    await register('1.0.0', { type: 'object', required: ['old'] });
    expect((await start({ definition: 'moved', input: { old: 1 } })).body).toMatchObject({ version: '1.0.0' });
    await register('1.1.0', { type: 'object', required: ['new'] });
    expect((await start({ definition: 'moved', input: { old: 1, new: 1 } })).body).toMatchObject({ version: '1.1.0' });
    await register('1.2.0', { type: 'object', required: ['newer'] });
    expect((await start({ definition: 'moved', input: { newer: 1 } })).body).toMatchObject({ version: '1.2.0' });
    await register('1.3.0', { type: 'object', required: ['newest'] });
    const { body } = await post('/api/v1/instances/batch', {
      instances: [{ definition: 'moved', input: { newer: 1 } }, { definition: 'moved', input: { newest: 1 } }],
    }); // prettier-ignore
    expect(body.items).toMatchObject([{ status: 422 }, { status: 201, instance: { version: '1.3.0' } }]);
  });

  it('hints to the partition of the instance', async () => {
    const seen = new Set<string>();
    const heard = new Promise<void>((resolve) => {
      void listenToPartitions((id) => {
        seen.add(id);
        if (seen.size >= 5) resolve();
      });
    });
    const { body } = await post('/api/v1/instances/batch', {
      instances: Array.from({ length: 5 }, () => ({ definition: 'greet' })),
    });
    await heard;
    expect([...seen].sort()).toEqual(body.items.map(({ instance }: { instance: { id: string } }) => instance.id).sort());
  });
});

const moved = { name: 'moved', steps: [{ id: 'hello', task: 'echo' }] };

async function listenToPartitions(onHint: (id: string) => void): Promise<void> {
  await gateway.other.declareExchanges();
  const bindings = [0, 1].map((partition) => ({ exchange: exchanges.partitions, routingKey: partitionKey(partition) }));
  await gateway.other.declareQueue({ name: 'test.partitions', life: 'exclusive', bindings });
  await gateway.other.consume('test.partitions', {
    prefetch: 10,
    onDelivery: (delivery) => {
      delivery.settle('ack');
      const decoded = decodeEnvelope(delivery.content, partitionEnvelopeSchema);
      if (decoded.ok) for (const item of decoded.value.items) onHint(item.instanceId);
    },
  });
}

describe('listing', () => {
  it('pages through all of them, newest first, each once', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await gateway.request('GET', `/api/v1/instances?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.next ?? '';
    } while (cursor !== '');
    expect(seen).toEqual((await listAll()).map(({ id }) => id));
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('filters by tag as text and as JSON', async () => {
    const { body: acme } = await start({ tags: { customer: 'acme', amount: 4 } });
    for (const query of [
      'tag.customer=acme',
      'tag.amount=4',
      'tag.customer=acme&tag.amount=4',
      `idPrefix=${acme.id.slice(0, 30)}`,
    ]) {
      const { body } = await gateway.request('GET', `/api/v1/instances?${query}`);
      expect(body.items.map(({ id }: { id: string }) => id)).toEqual([acme.id]);
    }
    expect((await gateway.request('GET', '/api/v1/instances?tag.amount=%224%22')).body.items).toEqual([]);
  });

  it('filters by several definitions', async () => {
    const all = (await listAll()).map(({ id }) => id);
    const { body } = await gateway.request('GET', '/api/v1/instances?limit=200&definition=nowhere,greet');
    const greets = (await gateway.request('GET', '/api/v1/instances?limit=200&definition=greet')).body.items;
    expect(body.items).toEqual(greets);
    expect(all).toEqual(expect.arrayContaining(body.items.map(({ id }: { id: string }) => id)));
    expect(body.items.length).toBeGreaterThan(0);
  });
});

describe('Idempotency-Key', () => {
  it('answers the same request with the first answer, status included', async () => {
    const headers = { 'idempotency-key': 'start-1' };
    const first = await start({ input: { n: 1 } }, headers);
    const again = await start({ input: { n: 1 } }, headers);
    expect(again).toMatchObject({ status: 201, text: first.text });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it('refuses another request with the same key', async () => {
    const headers = { 'idempotency-key': 'start-2' };
    await start({ input: { n: 1 } }, headers);
    expect((await start({ input: { n: 2 } }, headers)).body).toMatchObject({ status: 409, code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('repeats a refusal too', async () => {
    const headers = { 'idempotency-key': 'start-3' };
    const first = await post('/api/v1/instances', { definition: 'later' }, headers);
    expect(first).toMatchObject({ status: 404, body: { code: 'DEFINITION_NOT_FOUND' } });
    const again = await post('/api/v1/instances', { definition: 'later' }, headers);
    expect(again).toMatchObject({ status: 404, body: first.body });
    expect(again.headers.get('content-type')).toContain('application/problem+json');
  });

  it('starts a batch once when many send it at once', async () => {
    const before = (await listAll()).length;
    const headers = { 'idempotency-key': 'batch-1' };
    const send = () =>
      post('/api/v1/instances/batch', { instances: [{ definition: 'greet' }, { definition: 'greet' }] }, headers);
    const answers = await Promise.all(Array.from({ length: 6 }, send));
    expect(answers.every(({ status, body }) => status === 200 || body.code === 'IDEMPOTENCY_KEY_IN_USE')).toBe(true);
    expect((await listAll()).length).toBe(before + 2);
  });
});

describe('waiting', () => {
  const completed = [{ type: 'instanceCompleted', data: { output: { ok: true } } }] as const;
  const end = { status: 'completed', endedAt: Date.now(), output: { ok: true } } as const;
  let owner: FakeOwner;
  beforeAll(async () => {
    owner = new FakeOwner(gateway);
    await owner.own();
  });

  it('answers as soon as the owner tells of the end', async () => {
    const { body } = await start({});
    const began = Date.now();
    const answer = gateway.request('GET', `/api/v1/instances/${body.id}/wait?timeout=15s`);
    await owner.commit(body.id, 1, completed, end);
    await owner.tell([delta(body.id, { status: 'completed' })]);
    expect(await answer).toMatchObject({ status: 200, body: { status: 'completed', output: { ok: true } } });
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  it('waits again when the same start is asked for again', async () => {
    const headers = { 'idempotency-key': 'patient' };
    const request = () => post('/api/v1/instances?wait=100ms', { definition: 'greet' }, headers);
    const first = await request();
    expect(first).toMatchObject({ status: 202, body: { status: 'pending' } });
    expect((await request()).body).toEqual(first.body);
    await owner.commit(first.body.id, 1, completed, end);
    const again = await request();
    expect(again).toMatchObject({ status: 201, body: { id: first.body.id, status: 'completed', output: { ok: true } } });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it('answers within seconds when nobody tells', async () => {
    const { body } = await start({});
    const answer = gateway.request('GET', `/api/v1/instances/${body.id}/wait?timeout=15s`);
    await owner.commit(body.id, 1, completed, end);
    expect(await answer).toMatchObject({ status: 200, body: { status: 'completed' } });
  });

  it('answers at once for one that has ended, also to a start with its key', async () => {
    const { body } = await start({ key: 'ended', input: {} });
    await owner.commit(body.id, 1, completed, end);
    expect(await gateway.request('GET', `/api/v1/instances/${body.id}/wait`)).toMatchObject({ status: 200 });
    expect(await post('/api/v1/instances?wait=15s', { definition: 'greet', key: 'ended' })).toMatchObject({
      status: 200,
      body: { id: body.id, output: { ok: true } },
    });
    expect(await post(`/api/v1/instances/${body.id}/cancel`, {})).toMatchObject({
      status: 409,
      body: { code: 'INSTANCE_ENDED' },
    });
  });
});

describe('cancelling', () => {
  it('stores the wish and tells the status so far', async () => {
    const { body } = await start({});
    expect(await post(`/api/v1/instances/${body.id}/cancel`, { reason: 'not needed' })).toMatchObject({
      status: 202,
      body: { id: body.id, status: 'pending' },
    });
  });

  it('needs no body', async () => {
    const { body } = await start({});
    expect((await gateway.request('POST', `/api/v1/instances/${body.id}/cancel`)).status).toBe(202);
  });
});

describe('pages beside the API', () => {
  it.each([
    ['/api/docs', 8],
    ['/api/docs/messages', 6],
  ])('serves the reference %s from here, with a policy that allows no inline script', async (path, loaded) => {
    const page = await gateway.request('GET', path);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
    const own = [...page.text.matchAll(/(?:src|href)="(\/(?:api|asyncapi)[^"]*)"/g)].map(([, address]) => address as string);
    expect(own.length).toBe(loaded);
    for (const address of own) expect((await gateway.request('GET', address)).status).toBe(200);
    expect(page.text).not.toMatch(/<script>|(?:src|href)="https?:\/\//);
  });

  it.each(['/api/v1/openapi.json', '/api/openapi.json', '/asyncapi.json'])('serves %s', async (path) => {
    expect((await gateway.request('GET', path)).body).toMatchObject({
      info: { title: expect.stringContaining('OrquestraX') as string },
    });
  });
});
