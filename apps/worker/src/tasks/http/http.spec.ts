import type { RequestListener, ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Address, EgressPolicy } from '#libs/platform';
import { TaskFailure } from '#libs/worker-sdk';
import { httpInputSchema, type HttpOutput } from './contract.js';
import { http } from './http.js';
import { maxResponseBytes } from './read-body.js';
import { startServer, type TestServer } from './test-server.js';

const open: EgressPolicy = { allowPrivate: true };
const step = { signal: new AbortController().signal, idempotencyKey: 'instance:step' };
const servers: TestServer[] = [];

async function serve(answer: RequestListener): Promise<TestServer> {
  const server = await startServer(answer);
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const call = (
  input: Record<string, unknown>,
  policy: EgressPolicy = open,
  signal: AbortSignal = step.signal,
): Promise<HttpOutput> => http(httpInputSchema.parse(input), { ...step, signal }, policy);

/** @returns the failure a call ends with */
async function failing(pending: Promise<unknown>): Promise<TaskFailure> {
  const error: unknown = await pending.then(
    (value) => Promise.reject(new Error(`expected a failure, but was ${JSON.stringify(value)}`)),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TaskFailure)) throw error;
  return error;
}

const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'set-cookie': ['a=1', 'b=2'] });
  response.end(JSON.stringify(body));
};

describe('http: an exchange', () => {
  it('returns status, headers and the parsed body', async () => {
    const server = await serve((_request, response) => json(response, { hello: 'world' }));
    const output = await call({ url: server.url('/a?b=c'), headers: { 'X-Name': 'Ada' } });
    expect(output).toMatchObject({
      status: 200,
      body: { hello: 'world' },
      headers: { 'content-type': 'application/json; charset=utf-8', 'set-cookie': 'a=1, b=2' },
    });
    expect(server.seen[0]).toMatchObject({
      method: 'GET',
      url: '/a?b=c',
      headers: { 'x-name': 'Ada', host: `127.0.0.1:${server.port}` },
    });
    expect(server.seen[0]!.headers['idempotency-key']).toBeUndefined();
  });

  it('sends values as JSON and text as it is, with the key that keeps a repetition from happening twice', async () => {
    const server = await serve((_request, response) => response.end());
    expect(await call({ url: server.url(), method: 'POST', body: { cents: 5 } })).toMatchObject({ body: null });
    await call({
      url: server.url(),
      method: 'PUT',
      body: 'plain',
      headers: { 'content-type': 'text/plain', 'idempotency-key': 'mine' },
    });
    expect(server.seen[0]).toMatchObject({
      body: '{"cents":5}',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'instance:step' },
    });
    expect(server.seen[1]).toMatchObject({ body: 'plain', headers: { 'content-type': 'text/plain', 'idempotency-key': 'mine' } });
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ] as const)('unpacks %s', async (encoding, pack) => {
    const server = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(pack('packed text')),
    );
    expect((await call({ url: server.url() })).body).toBe('packed text');
  });

  it.each([
    [429, true],
    [408, true],
    [500, true],
    [503, true],
    [400, false],
    [404, false],
    [304, false],
  ])('fails with HTTP_%i, retryable: %s', async (status, retryable) => {
    const server = await serve((_request, response) => json(response, { why: 'because' }, status));
    expect(await failing(call({ url: server.url() }))).toMatchObject({ code: `HTTP_${status}`, retryable, details: { status } });
  });

  it('takes the statuses it was told to expect, redirects too', async () => {
    const server = await serve((_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end());
    expect(await call({ url: server.url(), expectStatus: [404, 302] })).toMatchObject({
      status: 302,
      headers: { location: 'http://127.0.0.1:1/' },
    });
    const other = await serve((_request, response) => response.end());
    expect(await failing(call({ url: other.url(), expectStatus: 201 }))).toMatchObject({ code: 'HTTP_200' });
  });
});

describe('http: limits', () => {
  it('gives up a response that never ends its headers or its body', async () => {
    const silent = await serve(() => undefined);
    expect(await failing(call({ url: silent.url(), timeout: 50 }))).toMatchObject({ code: 'HTTP_TIMEOUT', retryable: true });
    const dripping = await serve((_request, response) => response.writeHead(200, { 'content-length': '100' }).write('x'));
    expect(await failing(call({ url: dripping.url(), timeout: '50ms' }))).toMatchObject({
      code: 'HTTP_TIMEOUT',
      retryable: true,
    });
  });

  it('stops when its step is aborted', async () => {
    const abort = new AbortController();
    const server = await serve(() => abort.abort(new Error('cancelled')));
    await expect(call({ url: server.url() }, open, abort.signal)).rejects.not.toBeInstanceOf(TaskFailure);
  });

  it('takes a response of 5 MiB and refuses one byte more', async () => {
    const server = await serve((request, response) =>
      response.end(Buffer.alloc(maxResponseBytes + (request.url === '/more' ? 1 : 0), 'x')),
    );
    expect((await call({ url: server.url('/') })).body).toHaveLength(maxResponseBytes);
    expect(await failing(call({ url: server.url('/more') }))).toMatchObject({
      code: 'HTTP_RESPONSE_TOO_LARGE',
      retryable: false,
    });
  });

  it('gives up a decompression bomb at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    const server = await serve((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    const before = process.memoryUsage().rss;
    expect(await failing(call({ url: server.url() }))).toMatchObject({ code: 'HTTP_RESPONSE_TOO_LARGE' });
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  });

  it.each([
    ['gzip', 'broken'],
    ['compress', 'unknown'],
    ['gzip, br', 'stacked'],
  ])('refuses an encoding it cannot read: %s (%s)', async (encoding) => {
    const server = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end('not packed'),
    );
    expect(await failing(call({ url: server.url() }))).toMatchObject({ code: 'HTTP_BAD_RESPONSE' });
  });

  it('says that nobody answers, and that it may be tried again', async () => {
    const server = await serve((_request, response) => response.end());
    await server.close();
    expect(await failing(call({ url: server.url() }))).toMatchObject({
      code: 'HTTP_UNREACHABLE',
      retryable: true,
      message: expect.stringContaining('ECONNREFUSED'),
    });
    const hangup = await serve((request) => request.socket.destroy());
    expect(await failing(call({ url: hangup.url() }))).toMatchObject({ code: 'HTTP_UNREACHABLE', retryable: true });
    const noName = { allowPrivate: true, resolve: () => Promise.reject(new Error('ENOTFOUND')) };
    expect(await failing(call({ url: 'http://nowhere.test/' }, noName))).toMatchObject({
      code: 'HTTP_UNREACHABLE',
      retryable: true,
    });
  });
});

describe('http: what it may reach', () => {
  const resolving = (...addresses: string[]): EgressPolicy => ({
    allowPrivate: false,
    resolve: () => Promise.resolve(addresses.map((address): Address => ({ address, family: address.includes(':') ? 6 : 4 }))),
  });

  it.each([
    'http://127.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://169.254.169.254/latest/meta-data/',
  ])('refuses %s', async (url) => {
    expect(await failing(call({ url }, resolving()))).toMatchObject({ code: 'HTTP_FORBIDDEN_ADDRESS', retryable: false });
  });

  it('refuses a name when any one of its addresses is private', async () => {
    const failure = await failing(call({ url: 'http://mixed.test/' }, resolving('93.184.216.34', '10.0.0.1')));
    expect(failure).toMatchObject({ code: 'HTTP_FORBIDDEN_ADDRESS', message: expect.stringContaining('10.0.0.1') });
  });

  it('refuses other ports of public addresses', async () => {
    expect(await failing(call({ url: 'http://public.test:5432/' }, resolving('93.184.216.34')))).toMatchObject({
      code: 'HTTP_FORBIDDEN_URL',
    });
  });

  it('refuses a URL with a password', async () => {
    expect(await failing(call({ url: 'http://user:secret@public.test/' }, resolving('93.184.216.34')))).toMatchObject({
      code: 'HTTP_FORBIDDEN_URL',
    });
  });

  it('connects to the addresses it checked, not to what the name says later', async () => {
    const server = await serve((_request, response) => response.end('checked'));
    let asked = 0;
    const policy: EgressPolicy = {
      allowPrivate: true,
      resolve: () => Promise.resolve([{ address: (asked += 1) === 1 ? '127.0.0.1' : '192.0.2.1', family: 4 }]),
    };
    // The system does not know this name at all: had the connection resolved it again, it would have failed.
    expect((await call({ url: `http://rebinding.test:${server.port}/` }, policy)).body).toBe('checked');
    expect([asked, server.seen[0]!.headers.host]).toEqual([1, `rebinding.test:${server.port}`]);
  });

  it('uses no proxy of the environment', async () => {
    const server = await serve((_request, response) => response.end('direct'));
    const proxy = await serve((_request, response) => response.end('proxied'));
    process.env['HTTP_PROXY'] = process.env['http_proxy'] = proxy.url();
    try {
      expect((await call({ url: server.url() })).body).toBe('direct');
    } finally {
      delete process.env['HTTP_PROXY'];
      delete process.env['http_proxy'];
    }
  });
});

describe('http: redirects', () => {
  it('follows three and refuses a fourth', async () => {
    const server = await serve((request, response) => {
      const left = Number(request.url!.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    expect((await call({ url: server.url('/3') })).body).toBe('there');
    expect(await failing(call({ url: server.url('/4') }))).toMatchObject({ code: 'HTTP_TOO_MANY_REDIRECTS', retryable: false });
  });

  it('checks every hop anew: a public name must not lead inside', async () => {
    const inside = await serve((_request, response) => response.end('secret'));
    const outside = await serve((request, response) =>
      response.writeHead(302, { location: request.url === '/port' ? inside.url() : 'http://inside.test/' }).end(),
    );
    const policy = (): EgressPolicy => {
      let hops = 0;
      return {
        // stands for the public internet: the first name may be reached although it is on this machine
        get allowPrivate() {
          return hops < 2;
        },
        resolve: () => {
          hops += 1;
          return Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
        },
      };
    };
    const url = `http://public.test:${outside.port}`;
    expect(await failing(call({ url: `${url}/name` }, policy()))).toMatchObject({ code: 'HTTP_FORBIDDEN_ADDRESS' });
    const strictAfterFirst: EgressPolicy = {
      get allowPrivate() {
        return outside.seen.length < 2;
      },
      resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    };
    expect(await failing(call({ url: `${url}/port` }, strictAfterFirst))).toMatchObject({ code: 'HTTP_FORBIDDEN_URL' });
    expect([outside.seen.length, inside.seen.length]).toEqual([2, 0]);
  });

  it.each(['file:///etc/passwd', 'ftp://public.test/', 'http://'])('refuses one to %s', async (location) => {
    const server = await serve((_request, response) => response.writeHead(302, { location }).end());
    expect(await failing(call({ url: server.url() }))).toMatchObject({
      code: expect.stringMatching(/^HTTP_(FORBIDDEN_URL|BAD_RESPONSE)$/),
      retryable: false,
    });
  });

  it('keeps credentials and body from another origin', async () => {
    const other = await serve((_request, response) => response.end('other'));
    const server = await serve((request, response) =>
      response.writeHead(request.url === '/303' ? 303 : 307, { location: other.url() }).end(),
    );
    const headers = { Authorization: 'Bearer secret', Cookie: 'a=b', 'X-Api-Key': 'k', 'X-Name': 'Ada' };
    await call({ url: server.url('/307'), headers });
    expect(other.seen[0]!.headers).not.toHaveProperty('authorization');
    expect(other.seen[0]!.headers).not.toHaveProperty('cookie');
    expect(other.seen[0]!.headers).not.toHaveProperty('x-api-key');
    expect(other.seen[0]!.headers).toMatchObject({ 'x-name': 'Ada' });
    expect(await failing(call({ url: server.url('/307'), method: 'POST', body: { a: 1 } }))).toMatchObject({
      code: 'HTTP_BAD_RESPONSE',
    });
    await call({ url: server.url('/303'), method: 'POST', body: { a: 1 } });
    expect(other.seen[1]).toMatchObject({ method: 'GET', body: '' });
    expect(other.seen[1]!.headers).not.toHaveProperty('content-type');
  });

  it('keeps method, body and credentials on the same origin where the status says so', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/end') response.end();
      else response.writeHead(Number(request.url!.slice(1)), { location: '/end' }).end();
    });
    await call({ url: server.url('/307'), method: 'POST', body: 'kept', headers: { authorization: 'x' } });
    await call({ url: server.url('/301'), method: 'POST', body: 'dropped', headers: { authorization: 'x' } });
    expect([server.seen[1], server.seen[3]]).toMatchObject([
      { method: 'POST', body: 'kept', headers: { authorization: 'x' } },
      { method: 'GET', body: '', headers: { authorization: 'x' } },
    ]);
  });
});

describe('http: its input', () => {
  it.each([
    { url: 'ftp://host/' },
    { url: 'host' },
    { url: 'http://host/', method: 'TRACE' },
    { url: 'http://host/', headers: { 'bad name': 'x' } },
    { url: 'http://host/', headers: { a: 'x\r\nb: y' } },
    { url: 'http://host/', headers: { Host: 'other' } },
    { url: 'http://host/', headers: { 'Content-Length': '5' } },
    { url: 'http://host/', body: 'x' },
    { url: 'http://host/', timeout: '1h' },
    { url: 'http://host/', timeout: 'soon' },
    { url: 'http://host/', unknown: 1 },
    null,
  ])('refuses %j', (input) => {
    expect(httpInputSchema.safeParse(input).success).toBe(false);
  });
});
