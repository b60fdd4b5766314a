import { connect } from 'node:net';
import { problemSchema } from '#libs/contracts';
import { type Answer, type RequestOptions, startGateway, type TestGateway } from './gateway-app.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.request('POST', '/api/v1/definitions', {
    body: { name: 'echo.once', version: '1.0.0', steps: [{ id: 'a', task: 'echo' }] },
  });
}, 30_000);
afterAll(() => gateway.close());

const start = (text: string | Uint8Array, type?: string): Case => ['POST', '/api/v1/instances', { text, ...(type && { type }) }];
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const input = (json: string): string => `{"definition":"echo.once","input":${json}}`;
const unknownId = '01990000-0000-7000-8000-000000000000';

type Case = readonly [method: string, path: string, options?: RequestOptions];
const table: readonly (readonly [name: string, request: Case, status: number, code: string])[] = [
  ['no body', ['POST', '/api/v1/instances'], 400, 'BODY_REQUIRED'],
  ['a body of spaces', start('   '), 400, 'BODY_REQUIRED'],
  ['broken JSON', start('{"definition":'), 400, 'BODY_INVALID'],
  ['text after the JSON', start('{} x'), 400, 'BODY_INVALID'],
  ['bytes that are no UTF-8', start(Uint8Array.of(0x22, 0xff, 0xfe, 0x22)), 400, 'BODY_INVALID'],
  ['no content type', ['POST', '/api/v1/instances', { text: '{}', type: '' }], 415, 'CONTENT_TYPE_UNSUPPORTED'],
  ['a form', start('a=1', 'application/x-www-form-urlencoded'), 415, 'CONTENT_TYPE_UNSUPPORTED'],
  ['YAML where only JSON is', start('definition: a', 'application/yaml'), 415, 'CONTENT_TYPE_UNSUPPORTED'],
  [
    'a compressed body',
    ['POST', '/api/v1/instances', { text: 'x', headers: { 'content-encoding': 'gzip' } }],
    415,
    'CONTENT_TYPE_UNSUPPORTED',
  ],
  ['a body over 1 MiB', start(input(JSON.stringify('x'.repeat(1_100_000)))), 413, 'BODY_TOO_LARGE'],
  ['65 levels', start(input(nested(65))), 400, 'BODY_TOO_DEEP'],
  ['400,000 levels', start(nested(400_000)), 400, 'BODY_TOO_DEEP'],
  [
    '10,001 keys',
    start(input(`{${Array.from({ length: 10_001 }, (_, i) => `"k${i}":1`).join(',')}}`)),
    400,
    'BODY_TOO_MANY_KEYS',
  ],
  ['__proto__ as a key', start(input('{"a":{"__proto__":{"admin":true}}}')), 422, 'VALUE_NOT_STORABLE'],
  ['constructor as a key', start(input('{"constructor":1}')), 422, 'VALUE_NOT_STORABLE'],
  ['U+0000 in a value', start(input('"a\\u0000b"')), 422, 'VALUE_NOT_STORABLE'],
  ['U+0000 in a key', start(input('{"a\\u0000":1}')), 422, 'VALUE_NOT_STORABLE'],
  ['a lone surrogate', start(input('"\\ud800"')), 422, 'VALUE_NOT_STORABLE'],
  ['an integer beyond 2^53', start(input('9007199254740993')), 422, 'VALUE_NOT_STORABLE'],
  ['1e999', start(input('1e999')), 422, 'VALUE_NOT_STORABLE'],
  ['a lone surrogate in a tag', start('{"definition":"echo.once","tags":{"t":"\\udfff"}}'), 422, 'VALUE_NOT_STORABLE'],
  ['null', start('null'), 422, 'REQUEST_INVALID'],
  ['an array', start('[]'), 422, 'REQUEST_INVALID'],
  ['an unknown field', start('{"definition":"echo.once","inptu":1}'), 422, 'REQUEST_INVALID'],
  ['a number for a name', start('{"definition":7}'), 422, 'REQUEST_INVALID'],
  ['SQL for a name', start(`{"definition":"a'; DROP TABLE workflow_instances; --"}`), 422, 'REQUEST_INVALID'],
  ['a key of 201 characters', start(`{"definition":"echo.once","key":"${'k'.repeat(201)}"}`), 422, 'REQUEST_INVALID'],
  ['a version nobody can read', start('{"definition":"echo.once","version":"latest-ish"}'), 404, 'VERSION_NOT_FOUND'],
  [
    'a range with a thousand parts',
    start(`{"definition":"echo.once","version":"${'1 || '.repeat(300)}1"}`),
    422,
    'REQUEST_INVALID',
  ],
  [
    'an id that is UUIDv4',
    start('{"definition":"echo.once","id":"6b3a2a5e-0d0f-4f0e-9b0a-2d3c4b5a6978"}'),
    422,
    'INSTANCE_ID_INVALID',
  ],
  [
    'an id of another year',
    start('{"definition":"echo.once","id":"01600000-0000-7000-8000-000000000000"}'),
    422,
    'INSTANCE_ID_INVALID',
  ],
  ['a time that is none', start('{"definition":"echo.once","startAt":"2027-02-30T00:00:00Z"}'), 422, 'REQUEST_INVALID'],
  ['a priority off the scale', start('{"definition":"echo.once","priority":1e12}'), 422, 'REQUEST_INVALID'],
  [
    'a queue whose routing key could be that of another',
    start('{"definition":"echo.once","queue":"a.b"}'),
    422,
    'REQUEST_INVALID',
  ],
  ['an empty batch', ['POST', '/api/v1/instances/batch', { body: { instances: [] } }], 422, 'REQUEST_INVALID'],
  [
    'a batch of 1,001',
    ['POST', '/api/v1/instances/batch', { body: { instances: Array.from({ length: 1_001 }, () => ({})) } }],
    422,
    'REQUEST_INVALID',
  ],
  ['a batch that is none', ['POST', '/api/v1/instances/batch', { body: { instances: 'all' } }], 422, 'REQUEST_INVALID'],
  [
    'an Idempotency-Key with spaces',
    ['POST', '/api/v1/instances', { body: { definition: 'echo.once' }, headers: { 'idempotency-key': 'a b' } }],
    400,
    'IDEMPOTENCY_KEY_INVALID',
  ],
  [
    'an Idempotency-Key of 201',
    ['POST', '/api/v1/instances', { body: { definition: 'echo.once' }, headers: { 'idempotency-key': 'k'.repeat(201) } }],
    400,
    'IDEMPOTENCY_KEY_INVALID',
  ],
  [
    'a wait of an hour',
    ['POST', '/api/v1/instances?wait=3600s', { body: { definition: 'echo.once' } }],
    400,
    'PARAMETER_INVALID',
  ],
  ['an unknown parameter', ['GET', '/api/v1/instances?stauts=failed'], 400, 'PARAMETER_INVALID'],
  ['a parameter twice', ['GET', '/api/v1/instances?key=a&key=b'], 400, 'PARAMETER_INVALID'],
  ['a parameter named __proto__', ['GET', '/api/v1/instances?__proto__=1'], 400, 'PARAMETER_INVALID'],
  ['a limit of 0', ['GET', '/api/v1/instances?limit=0'], 400, 'PARAMETER_INVALID'],
  ['a limit of NaN', ['GET', '/api/v1/instances?limit=NaN'], 400, 'PARAMETER_INVALID'],
  ['a limit of 1e9', ['GET', '/api/v1/instances?limit=1e9'], 400, 'PARAMETER_INVALID'],
  ['a cursor we did not make', ['GET', '/api/v1/instances?cursor=bm9wZQ'], 400, 'PARAMETER_INVALID'],
  [
    'a cursor of our form with rubbish in it',
    ['GET', `/api/v1/instances?cursor=${Buffer.from('newest x').toString('base64url')}`],
    400,
    'PARAMETER_INVALID',
  ],
  ['U+0000 in a parameter', ['GET', '/api/v1/instances?key=%00'], 400, 'PARAMETER_INVALID'],
  ['U+0000 in a name', ['GET', '/api/v1/definitions?q=%00'], 400, 'PARAMETER_INVALID'],
  ['U+0000 in a version', ['GET', '/api/v1/instances?version=%00'], 400, 'PARAMETER_INVALID'],
  ['U+0000 in a tag', ['GET', '/api/v1/instances?tag.a=%00'], 400, 'PARAMETER_INVALID'],
  ['an escaped U+0000 in a tag', ['GET', '/api/v1/instances?tag.a=%22%5Cu0000%22'], 400, 'PARAMETER_INVALID'],
  ['U+0000 in the name of a tag', ['GET', '/api/v1/instances?tag.%00=1'], 400, 'PARAMETER_INVALID'],
  ['a time of the year 300000', ['GET', '/api/v1/instances?from=%2B300000-01-01T00:00:00Z'], 400, 'PARAMETER_INVALID'],
  ['half a million points', ['GET', '/api/v1/stats?from=2000-01-01T00:00:00Z'], 400, 'PARAMETER_INVALID'],
  [
    'an end before the beginning',
    ['GET', '/api/v1/stats?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z'],
    400,
    'PARAMETER_INVALID',
  ],
  ['an id that is none', ['GET', '/api/v1/instances/1'], 400, 'PARAMETER_INVALID'],
  ['an id that is unknown', ['GET', `/api/v1/instances/${unknownId}`], 404, 'INSTANCE_NOT_FOUND'],
  ['history of nobody', ['GET', `/api/v1/instances/${unknownId}/history`], 404, 'INSTANCE_NOT_FOUND'],
  ['history after a fraction', ['GET', `/api/v1/instances/${unknownId}/history?after=1.5`], 400, 'PARAMETER_INVALID'],
  ['history after 2^40', ['GET', `/api/v1/instances/${unknownId}/history?after=1099511627776`], 400, 'PARAMETER_INVALID'],
  ['steps of a status that is none', ['GET', `/api/v1/instances/${unknownId}/steps?status=done`], 400, 'PARAMETER_INVALID'],
  ['an encoded slash in an id', ['GET', '/api/v1/instances/..%2f..%2fetc'], 400, 'PARAMETER_INVALID'],
  ['a broken escape in a path', ['GET', '/api/v1/instances/%E0%A4%A'], 400, 'PARAMETER_INVALID'],
  ['an unknown address', ['GET', '/api/v2/instances'], 404, 'ROUTE_NOT_FOUND'],
  ['a method that is not there', ['DELETE', '/api/v1/instances'], 405, 'METHOD_NOT_ALLOWED'],
  ['a POST to a page', ['POST', '/instances', { body: {} }], 405, 'METHOD_NOT_ALLOWED'],
  ['a file of the reference that is none', ['GET', '/api/docs/package.json'], 404, 'ROUTE_NOT_FOUND'],
  ['a file above the console', ['GET', '/..%2f..%2fpackage.json'], 404, 'ROUTE_NOT_FOUND'],
  [
    'a foreign origin',
    ['POST', '/api/v1/instances', { body: {}, headers: { origin: 'https://evil.example' } }],
    403,
    'ORIGIN_REFUSED',
  ],
  ['the origin null', ['GET', '/api/v1/instances', { headers: { origin: 'null' } }], 403, 'ORIGIN_REFUSED'],
  [
    'a definition with a billion laughs',
    ['POST', '/api/v1/definitions', { text: laughs(), type: 'application/yaml' }],
    422,
    'DEFINITION_INVALID',
  ],
  [
    'a definition with a YAML tag',
    ['POST', '/api/v1/definitions', { text: 'name: !!js/function "x"', type: 'application/yaml' }],
    422,
    'DEFINITION_INVALID',
  ],
  ['a definition that is a number', ['POST', '/api/v1/definitions', { text: '42' }], 422, 'DEFINITION_INVALID'],
  ['a definition of 100,000 levels', ['POST', '/api/v1/definitions', { text: nested(100_000) }], 422, 'DEFINITION_INVALID'],
  [
    'a definition of 100,000 levels in YAML',
    ['POST', '/api/v1/definitions', { text: nested(100_000), type: 'application/yaml' }],
    422,
    'DEFINITION_INVALID',
  ],
  [
    'a definition with U+0000',
    ['POST', '/api/v1/definitions', { text: '{"name":"a\\u0000","version":"1.0.0","steps":[]}' }],
    422,
    'DEFINITION_INVALID',
  ],
];

function laughs(): string {
  const lines = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 10; i++) {
    const [name, before] = [String.fromCharCode(97 + i), String.fromCharCode(96 + i)];
    lines.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`);
  }
  return lines.join('\n');
}

describe('hostile input', () => {
  it.each(table)('%s', async (_, [method, path, options], status, code) => {
    const answer = await gateway.request(method, path, options);
    expect({
      status: answer.status,
      code: (answer.body as { code?: string } | undefined)?.code,
      text: answer.text,
    }).toMatchObject({ status, code });
    expectProblem(answer);
    expect(gateway.errors.splice(0)).toEqual([]);
  });

  it('says line and column of broken JSON', async () => {
    const answer = await gateway.request('POST', '/api/v1/instances', {
      text: '{\n  "definition": "echo.once",\n  "input": }\n}',
    });
    expect(answer.body).toMatchObject({ code: 'BODY_INVALID', errors: [{ line: 3, column: 12 }] });
  });

  it('names the nearest known field', async () => {
    const answer = await gateway.request('POST', '/api/v1/instances', { body: { definition: 'echo.once', inptu: 1 } });
    expect(answer.body.errors[0]).toMatchObject({
      code: 'UNKNOWN_FIELD',
      path: '/inptu',
      hint: expect.stringContaining('did you mean "input"') as string,
    });
  });

  it('names the place of what cannot be stored', async () => {
    const answer = await gateway.request('POST', '/api/v1/instances', { text: input('{"a":["ok","\\ud800"]}') });
    expect(answer.body.errors[0]).toMatchObject({ path: '/input/a/1' });
  });

  it('does not wait for a body that never comes whole', async () => {
    const answer = await raw(
      'POST /api/v1/instances HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n{',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('BODY_TOO_LARGE');
  });

  it('refuses a host name that is not of this machine (DNS rebinding)', async () => {
    const answer = await raw('GET /api/v1/instances HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('HOST_REFUSED');
  });

  const upgrade = (to: string, ...more: string[]): string[] => ['Connection: Upgrade', `Upgrade: ${to}`, ...more];
  const handshake = (...more: string[]): string[] => upgrade('websocket', 'Sec-WebSocket-Version: 13', ...more);
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  it.each<readonly [name: string, line: string, headers: readonly string[], status: number, code: string]>([
    ['no upgrade', 'GET /live', [], 426, 'WEBSOCKET_REQUIRED'],
    ['h2c', 'GET /live', upgrade('h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'), 426, 'WEBSOCKET_REQUIRED'],
    ['another method', 'POST /live', handshake(key, 'Content-Length: 0'), 405, 'METHOD_NOT_ALLOWED'],
    ['no key', 'GET /live', handshake(), 426, 'WEBSOCKET_REQUIRED'],
    ['a broken key', 'GET /live?x=1', handshake('Sec-WebSocket-Key: x'), 426, 'WEBSOCKET_REQUIRED'],
    ['an unknown version', 'GET /live', upgrade('websocket', key, 'Sec-WebSocket-Version: 99'), 426, 'WEBSOCKET_REQUIRED'],
    ['broken protocols', 'GET /live', handshake(key, 'Sec-WebSocket-Protocol: a,,b'), 426, 'WEBSOCKET_REQUIRED'],
    ['another origin', 'GET /live', handshake(key, 'Origin: https://evil.example'), 403, 'ORIGIN_REFUSED'],
    ['a WebSocket elsewhere', 'GET /api/v1/nowhere', handshake(key), 404, 'ROUTE_NOT_FOUND'],
    ['h2c elsewhere, with a body', 'POST /api/v1/instances', upgrade('h2c', 'Content-Length: 2\r\n\r\n{}'), 415, 'CONTENT_TYPE_UNSUPPORTED'], // prettier-ignore
  ])('refuses to leave HTTP with a problem: %s', async (_, line, headers, status, code) => {
    const answer = await raw([`${line} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n'));
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(head).toMatch(/^content-type: application\/problem\+json/im);
    const problem = problemSchema.parse(JSON.parse(body));
    expect(problem).toMatchObject({ status, code, detail: expect.stringMatching(/^expected /) });
    if (code === 'WEBSOCKET_REQUIRED') {
      expect(problem.errors).toMatchObject([{ code, hint: expect.stringContaining('WebSockets') }]);
      expect(head).toMatch(/^upgrade: websocket$/im);
    }
  });

  it('takes a request that would rather be HTTP/2 as what it is', async () => {
    const head = 'GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n';
    expect(await raw(head, '"status":"ok"')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('is still well after all of it', async () => {
    expect((await gateway.request('POST', '/api/v1/instances', { body: { definition: 'echo.once' } })).status).toBe(201);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

function expectProblem(answer: Answer): void {
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(problemSchema.safeParse(answer.body).error).toBeUndefined();
  expect(answer.text).not.toMatch(/node_modules|at .*\.(?:ts|js):\d+|SELECT |INSERT /);
}

/** Sends bytes and reads until something came and the server has stopped, or said enough. */
function raw(text: string, enough = '"errors":'): Promise<string> {
  const { port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setTimeout(5_000, () => reject(new Error(`no answer within 5 s, only ${JSON.stringify(answer)}`)));
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
      if (answer.includes(enough)) {
        socket.destroy();
        resolve(answer);
      }
    });
    socket.once('error', reject);
  });
}
