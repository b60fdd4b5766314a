import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Request, Response } from 'express';
import { consoleFiles } from './console-files.js';

let root: string;
let server: Server;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'orquestra-console-'));
  const folder = join(root, 'browser');
  mkdirSync(folder);
  writeFileSync(join(root, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'index.html'), '<title>console</title>');
  writeFileSync(join(folder, 'main-K3QXWZ5A.js'), 'run()');
  writeFileSync(join(folder, 'favicon.ico'), 'x');
  const files = consoleFiles({ error: () => undefined } as never, folder);
  server = createServer((request, response) => {
    const asExpress = Object.assign(response, {
      status: (code: number) => Object.assign(response, { statusCode: code }),
      set: (all: Record<string, string>) => {
        for (const [name, value] of Object.entries(all)) response.setHeader(name, value);
        return response;
      },
      send: (content: Buffer) => response.end(content),
    });
    files(Object.assign(request, { originalUrl: request.url }) as unknown as Request, asExpress as unknown as Response, () =>
      response.writeHead(299).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  rmSync(root, { recursive: true });
});

/** Not fetch: it would tidy the address. */
function ask(path: string): Promise<{ status: number; text: string; headers: IncomingMessage['headers'] }> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    get({ port, path, host: '127.0.0.1' }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }));
    }).on('error', reject);
  });
}

it.each(['/', '/instances', '/instances/0199?tab=graph', '/definitions/order.process', '/a/b/c'])(
  '%s is a page of the console',
  async (path) => {
    const { status, text, headers } = await ask(path);
    expect({ status, text, cache: headers['cache-control'] }).toEqual({
      status: 200,
      text: '<title>console</title>',
      cache: 'no-cache',
    });
  },
);

it('keeps files whose name changes with their content for a year', async () => {
  expect(await ask('/main-K3QXWZ5A.js')).toMatchObject({
    status: 200,
    text: 'run()',
    headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable' },
  });
  expect((await ask('/favicon.ico')).headers['cache-control']).toBe('no-cache');
});

it('gives no page in place of a file that is missing', async () => {
  expect((await ask('/main-AAAAAAAA.js')).status).toBe(404);
});

it.each([
  '/../secret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e/secret.txt',
  '/a/../../secret.txt',
  '/..%5csecret.txt',
  '/secret.txt%00.js',
])('%s does not lead out of the folder', async (path) => {
  const { text } = await ask(path);
  expect(text).not.toBe('secret');
});

it.each(['/api/v1/instances', '/api', '/health/live', '/metrics', '/asyncapi.json', '/live'])(
  '%s is left to the API',
  async (path) => {
    expect((await ask(path)).status).toBe(299);
  },
);
