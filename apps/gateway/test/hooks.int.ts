import { v7 as uuidv7 } from 'uuid';
import { HookDeliveries, IdempotencyStore } from '#libs/persistence';
import { newWebhookSecret, signWebhook } from '#libs/platform';
import { type Answer, type RequestOptions, startGateway, type TestGateway } from './gateway-app.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.request('POST', '/api/v1/definitions', {
    body: {
      ...{ name: 'greet', version: '1.0.0', steps: [{ id: 'hello', task: 'echo' }] },
      input: { schema: { type: 'object', properties: { n: { type: 'number' } } } },
    },
  });
}, 30_000);
afterAll(() => gateway.close());

const put = async (name: string, spec: object): Promise<void> => {
  const answer = await gateway.request('PUT', `/api/v1/triggers/${name}`, {
    body: { kind: 'hook', definition: 'greet', ...spec },
  });
  expect([answer.status, answer.text]).toEqual([expect.any(Number), expect.stringContaining(`"name":"${name}"`)]);
};
const send = (name: string, options: RequestOptions = {}): Promise<Answer> =>
  gateway.request('POST', `/api/v1/hooks/${name}`, options);
const inputOf = async (answer: Answer): Promise<unknown> =>
  (await gateway.request('GET', `/api/v1/instances/${answer.body.instance}`)).body.input;
const deliveries = async (name: string): Promise<Record<string, unknown>[]> =>
  (await gateway.request('GET', `/api/v1/hooks/${name}/deliveries`)).body.items;

function signed(secrets: string[], body: string, { id = uuidv7(), ageMs = 0 } = {}): RequestOptions {
  const timestamp = Math.floor((Date.now() - ageMs) / 1000);
  const signature = signWebhook({ id, timestamp, body }, secrets);
  return { text: body, headers: { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature } };
}

describe('what a hook makes of a request', () => {
  it.each<[string, RequestOptions, unknown]>([
    ['JSON', { body: { a: [1, { b: null }] } }, { a: [1, { b: null }] }],
    [
      'a form',
      { text: 'a=1&b=2&b=3&a%20b=%C3%A9', type: 'application/x-www-form-urlencoded' },
      { a: '1', b: ['2', '3'], 'a b': 'é' },
    ],
    ['text', { text: 'hello', type: 'text/plain; charset=utf-8' }, 'hello'],
    ['nothing', {}, null],
  ])('body: %s', async (_what, options, body) => {
    await put('bodies', { input: { body: '${request.body}' } });
    const answer = await send('bodies', options);
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ outcome: 'started' });
    expect(await inputOf(answer)).toEqual({ body });
  });

  it('sees method, query and headers, but none that lets somebody in', async () => {
    await put('whole', { input: '${request}' });
    const headers = { 'x-shop': 'north', authorization: 'Bearer s3cret', cookie: 'session=s3cret', 'x-api-key': 's3cret' };
    const answer = await gateway.request('POST', '/api/v1/hooks/whole?a=1&b=2&b=3', { body: {}, headers });
    const input = (await inputOf(answer)) as { method: string; query: unknown; headers: Record<string, string> };
    expect(input).toMatchObject({ method: 'POST', query: { a: '1', b: ['2', '3'] }, headers: { 'x-shop': 'north' } });
    expect(JSON.stringify(input)).not.toContain('s3cret');
    expect(JSON.stringify(await deliveries('whole'))).not.toContain('s3cret');
  });

  it('starts with the body when it does not say with what', async () => {
    await put('plain', {});
    expect(await inputOf(await send('plain', { body: { n: 7 } }))).toEqual({ n: 7 });
    expect(await inputOf(await send('plain'))).toEqual({});
  });

  it('is remembered by what it starts', async () => {
    await put('named', {});
    const { instance } = (await send('named', { body: { n: 1 } })).body;
    const { trigger } = (await gateway.request('GET', `/api/v1/instances/${instance}`)).body;
    expect(trigger).toEqual({ name: 'named', scheduledAt: null });
  });

  it('finds the instance of a key', async () => {
    await put('keyed', { key: '${request.body.order}', input: {} });
    const [first, second] = [await send('keyed', { body: { order: 17 } }), await send('keyed', { body: { order: 17 } })];
    expect([first.status, first.body.outcome, second.status, second.body.outcome]).toEqual([202, 'started', 200, 'existing']);
    expect(second.body.instance).toBe(first.body.instance);
  });

  it('delivers an event by key', async () => {
    await put('payments', {
      definition: undefined,
      event: 'paid',
      key: '${request.body.order}',
      input: { cents: '${request.body.cents}' },
    });
    const answer = await send('payments', { body: { order: 'o-9', cents: 42 }, headers: { 'webhook-id': 'p-1' } });
    expect([answer.status, answer.body]).toEqual([200, { outcome: 'kept', id: 'p-1' }]);
    const { items } = (await gateway.request('GET', '/api/v1/events?status=waiting')).body as { items: object[] };
    expect(items).toMatchObject([{ name: 'paid', key: 'o-9', payload: { cents: 42 } }]);
  });

  it.each<[string, object, RequestOptions, number, string]>([
    ['an expression that fails', { input: { a: '${request.body.a.b}' } }, { body: {} }, 422, 'MAPPING_FAILED'],
    ['a key that is none', { key: '${request.body.key}' }, { body: { key: [1] } }, 422, 'MAPPING_FAILED'],
    ['an input that does not fit', {}, { body: { n: 'x' } }, 422, 'INPUT_INVALID'],
    ['a definition that is not there', { definition: 'nobody' }, { body: {} }, 404, 'DEFINITION_NOT_FOUND'],
    ['broken JSON', {}, { text: '{' }, 400, 'BODY_INVALID'],
    ['bytes that are no text', {}, { text: Uint8Array.of(0xff), type: 'text/plain' }, 400, 'BODY_INVALID'],
    ['a text with U+0000', {}, { text: 'a\0b', type: 'text/plain' }, 422, 'VALUE_NOT_STORABLE'],
    ['a key into prototypes', {}, { text: '__proto__=1', type: 'application/x-www-form-urlencoded' }, 422, 'VALUE_NOT_STORABLE'],
    ['XML', {}, { text: '<a/>', type: 'application/xml' }, 415, 'CONTENT_TYPE_UNSUPPORTED'],
    ['a body without a type', {}, { text: 'x', type: '' }, 415, 'CONTENT_TYPE_UNSUPPORTED'],
    ['too much', {}, { text: `"${'x'.repeat(1024 * 1024)}"` }, 413, 'BODY_TOO_LARGE'],
  ])('refuses %s', async (_what, spec, options, status, code) => {
    await put('strict', spec);
    const answer = await send('strict', options);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.detail).toMatch(/expected|expression/);
    if (code === 'MAPPING_FAILED') expect(answer.body.errors).toMatchObject([{ hint: expect.stringContaining('.?') as string }]);
  });

  it('is not there under the name of something else', async () => {
    await gateway.request('PUT', '/api/v1/triggers/nightly', {
      body: { kind: 'schedule', definition: 'greet', cron: '0 3 * * *' },
    });
    for (const name of ['nightly', 'no-such', '%C3%A9', 'a'.repeat(5_000)]) {
      expect((await send(name, { body: {} })).body).toMatchObject({ code: 'HOOK_NOT_FOUND' });
    }
    expect((await gateway.request('GET', '/api/v1/hooks/nightly/deliveries')).status).toBe(404);
    expect((await gateway.request('GET', '/api/v1/hooks/plain')).status).toBe(405);
  });

  it('takes nothing while it is paused, and says when to come again', async () => {
    await put('resting', {});
    await gateway.request('POST', '/api/v1/triggers/resting/pause', { body: { reason: 'stocktaking' } });
    const answer = await send('resting', { body: {}, headers: { 'webhook-id': 'r-1' } });
    expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([409, 'HOOK_PAUSED', '60']);
    expect(answer.body.detail).toContain('stocktaking');
    await gateway.request('POST', '/api/v1/triggers/resting/resume', { body: {} });
    expect((await send('resting', { body: {}, headers: { 'webhook-id': 'r-1' } })).status).toBe(202);
    expect(gateway.errors).toEqual([]);
  });
});

describe('a hook with secrets', () => {
  const [old, fresh] = [newWebhookSecret(), newWebhookSecret()];
  beforeAll(() => put('signed', { secret: [old, fresh] }));

  it('takes what is signed with any of them, over exactly the bytes that came', async () => {
    for (const secrets of [[old], [fresh], [newWebhookSecret(), fresh]])
      expect((await send('signed', signed(secrets, '{ "n":\t1 }'))).status).toBe(202);
    expect((await send('signed', signed([old], '\ufeff"é"'))).body.code).not.toBe('SIGNATURE_INVALID');
  });

  it.each<[string, (options: RequestOptions) => RequestOptions, string]>([
    ['not signed', ({ text }) => ({ text }), 'missing'],
    ['signed with another secret', () => signed([newWebhookSecret()], '{}'), 'invalid'],
    ['changed on the way', (options) => ({ ...options, text: '{"n":2}' }), 'invalid'],
    ['of six minutes ago', () => signed([old], '{}', { ageMs: 360_000 }), 'invalid'],
    ['of the future', () => signed([old], '{}', { ageMs: -360_000 }), 'invalid'],
  ])('refuses what is %s', async (_what, change, signature) => {
    const answer = await send('signed', change(signed([old], '{"n":1}')));
    expect([answer.status, answer.body.code]).toEqual([401, 'SIGNATURE_INVALID']);
    expect((await deliveries('signed'))[0]).toMatchObject({ status: 401, outcome: 'refused', signature, instance: null });
  });

  it('asks for the signature of a repeat, too', async () => {
    const options = signed([old], '{}', { id: 'once' });
    expect((await send('signed', options)).status).toBe(202);
    const repeat = await send('signed', { text: '{}', headers: { 'webhook-id': 'once' } });
    expect(repeat.status).toBe(401);
  });

  it('shows its secrets to nobody', async () => {
    const answers = [await gateway.request('GET', '/api/v1/triggers/signed'), await gateway.request('GET', '/api/v1/triggers')];
    for (const { text } of answers) expect([text.includes(old), text.includes(fresh)]).toEqual([false, false]);
  });
});

describe('the same webhook-id', () => {
  const same = { headers: { 'webhook-id': 'same-1' } };
  beforeAll(() => put('twice', {}));

  it('gets the first answer again, whatever the body is now', async () => {
    const first = await send('twice', { ...same, body: { n: 1 } });
    const second = await send('twice', { ...same, body: { n: 2 } });
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    expect((await deliveries('twice')).map(({ id, outcome, instance }) => [id, outcome, instance])).toEqual([
      ['same-1', 'duplicate', first.body.instance],
      ['same-1', 'started', first.body.instance],
    ]);
  });

  it('starts one instance when it comes ten times at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => send('twice', { body: {}, headers: { 'webhook-id': 'at-once' } })),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(202);
  });

  it('of another hook is another request', async () => {
    await put('thrice', {});
    const [first, second] = [await send('twice', { ...same, body: {} }), await send('thrice', { ...same, body: {} })];
    expect(second.body.instance).not.toBe(first.body.instance);
  });

  it('may be sent again when it was refused', async () => {
    await put('mended', { definition: 'not.yet' });
    const options = { body: {}, headers: { 'webhook-id': 'm-1' } };
    expect((await send('mended', options)).status).toBe(404);
    await put('mended', { definition: 'greet' });
    expect((await send('mended', options)).status).toBe(202);
  });

  it('finds the instance of a gateway that died between starting and answering', async () => {
    const [store, subject] = [gateway.app.get(IdempotencyStore, { strict: false }), uuidv7()];
    await store.reserve('hook:twice:died', 'webhook-id', subject);
    const sent = { ...(await gateway.request('POST', '/api/v1/instances', { body: { definition: 'greet', id: subject } })) };
    await store.release('hook:twice:died');
    const answer = await send('twice', { body: {}, headers: { 'webhook-id': 'died' } });
    expect([sent.status, answer.status, answer.body]).toEqual([201, 202, { outcome: 'started', instance: subject, id: 'died' }]);
  });

  it('may be an Idempotency-Key, which belongs to one body', async () => {
    const headers = { 'idempotency-key': 'key-1' };
    const [first, second] = [await send('twice', { body: { n: 1 }, headers }), await send('twice', { body: { n: 1 }, headers })];
    expect(second.body).toEqual(first.body);
    expect((await send('twice', { body: { n: 2 }, headers })).body.code).toBe('IDEMPOTENCY_KEY_REUSED');
    expect((await send('twice', { body: {}, headers: { 'idempotency-key': 'a b' } })).body.code).toBe('IDEMPOTENCY_KEY_INVALID');
  });

  it('of any length is one', async () => {
    for (const length of [1_000, 3_000]) {
      const headers = { 'webhook-id': 'x'.repeat(length) };
      const [first, second] = [await send('twice', { body: {}, headers }), await send('twice', { body: {}, headers })];
      expect([first.status, second.body]).toEqual([202, first.body]);
    }
  });
});

describe('deliveries', () => {
  it('tell what came and how it was answered, newest first, by pages', async () => {
    await put('told', {});
    const sent = await send('told', { body: { n: 1 }, headers: { 'webhook-id': 'd-1' } });
    await send('told', { text: '{' });
    const first = (await gateway.request('GET', '/api/v1/hooks/told/deliveries?limit=1')).body;
    expect(first.items).toMatchObject([
      { status: 400, outcome: 'refused', signature: 'unchecked', bytes: 1, body: '{', instance: null },
    ]);
    expect(first.items[0].reason).toMatch(/^BODY_INVALID: expected JSON/);
    const second = (await gateway.request('GET', `/api/v1/hooks/told/deliveries?limit=1&cursor=${first.next}`)).body;
    expect(second).toMatchObject({
      items: [{ id: 'd-1', status: 202, outcome: 'started', instance: sent.body.instance, body: '{"n":1}', reason: null }],
      next: null,
    });
    expect((await gateway.request('GET', '/api/v1/hooks/told/deliveries?cursor=x')).status).toBe(400);
  });

  it('keep the beginning of a long body', async () => {
    const body = { text: 'é'.repeat(10_000) };
    await put('long', { input: {} });
    await send('long', { body });
    const [delivery] = await deliveries('long');
    expect(delivery).toMatchObject({ bytes: Buffer.byteLength(JSON.stringify(body)) });
    expect(Buffer.byteLength(String(delivery?.['body']))).toBeLessThanOrEqual(4_100);
  });

  it('are bounded, and those that were refused push out none that were not', async () => {
    const store = gateway.app.get(HookDeliveries, { strict: false });
    const facts = { signature: 'unchecked', status: 202, instanceId: null, reason: null, bytes: 0, body: null } as const;
    await store.note('many', { ...facts, outcome: 'started', deliveryId: 'kept' });
    for (let n = 0; n < 1_010; n += 10)
      await Promise.all(Array.from({ length: 10 }, () => store.note('many', { ...facts, outcome: 'refused' })));
    await store.trim('many');
    const all = [];
    for (let cursor: string | undefined; ;) {
      const { items, next } = await store.list('many', { limit: 200, ...(cursor !== undefined && { cursor }) });
      all.push(...items);
      if (next === null) break;
      cursor = next;
    }
    expect(all).toHaveLength(201);
    expect(all.at(-1)).toMatchObject({ deliveryId: 'kept' });
  });
});

describe('a hook that was written over', () => {
  it.each(['{"', '[]', '7', '[1]'])('starts nothing while its secrets cannot be read: %s', async (text) => {
    await put('sealed', { secret: newWebhookSecret() });
    const { DataSource } = await import('typeorm');
    await gateway.app.get(DataSource).query(`UPDATE workflow_triggers SET secrets = $1 WHERE name = 'sealed'`, [text]);
    const answer = await send('sealed', { body: { n: 1 } });
    expect([answer.status, answer.body.code]).toEqual([500, 'DATA_UNREADABLE']);
    expect((await gateway.request('GET', '/api/v1/triggers/sealed')).body).toMatchObject({ hasSecret: true });
  });
});
