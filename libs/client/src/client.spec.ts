import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { backoffMs, retryAfterMs } from './backoff.js';
import { ApiProblem, OrquestraClient, ServerUnreachable, UnexpectedAnswer, WaitTimedOut } from './index.js';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
interface Answer {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

/** Answers the calls it gets one by one from a script; the last answer repeats. */
class ScriptedServer {
  readonly seen: Seen[] = [];
  private readonly server: Server;
  constructor(private readonly answers: (Answer | 'hangUp')[]) {
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        this.seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
        const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
        if (answer === undefined || answer === 'hangUp') return request.socket.destroy();
        response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
        response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
      });
    });
  }
  async listen(): Promise<OrquestraClient> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return new OrquestraClient({ baseUrl: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/` });
  }
  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const id = '019354a0-0000-7000-8000-000000000001';
const started = { id, status: 'pending', definition: 'a', version: '1.0.0' };
const problem = (code: string, status: number) => ({
  type: `https://orquestrax.dev/problems/${code}`,
  title: 'A title',
  status,
  detail: 'expected a thing, but was another',
  code,
  traceId: 't-1',
  errors: [{ severity: 'error', code: 'REQUIRED', path: '/input/id', message: 'expected an id' }],
});

let server: ScriptedServer;
const client = (...answers: (Answer | 'hangUp')[]) => (server = new ScriptedServer(answers)).listen();
afterEach(() => server?.close());

describe('OrquestraClient', () => {
  it('starts an instance under a fresh idempotency key', async () => {
    const api = await client({ status: 201, body: started });
    expect(await api.startInstance({ definition: 'a', input: { n: 1 } })).toEqual(started);
    await api.startInstance({ definition: 'a' });
    const [first, second] = server.seen;
    expect(first).toMatchObject({ method: 'POST', url: '/api/v1/instances' });
    expect(JSON.parse(first?.body ?? '')).toEqual({ definition: 'a', input: { n: 1 } });
    expect(first?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
    expect(second?.headers['idempotency-key']).not.toBe(first?.headers['idempotency-key']);
  });

  it('repeats a POST whose answer was lost under the same key', async () => {
    const api = await client(
      'hangUp',
      { status: 503, body: problem('DATABASE_UNAVAILABLE', 503) },
      { status: 201, body: started },
    );
    expect(await api.startInstance({ definition: 'a' })).toEqual(started);
    expect(server.seen).toHaveLength(3);
    expect(new Set(server.seen.map((call) => call.headers['idempotency-key'])).size).toBe(1);
  });

  it('waits as long as Retry-After says', async () => {
    const busy = { status: 503, body: problem('OVERLOADED', 503), headers: { 'retry-after': '0' } };
    const api = await client(busy, { body: { items: [], next: null } });
    expect(await api.workers()).toEqual([]);
    expect(server.seen).toHaveLength(2);
  });

  it('gives up at once when it is told to wait for longer than anybody would', async () => {
    const api = await client({ status: 503, body: problem('OVERLOADED', 503), headers: { 'retry-after': '3600' } });
    await expect(api.workers()).rejects.toMatchObject({ code: 'OVERLOADED', status: 503 });
    expect(server.seen).toHaveLength(1);
  });

  it('throws a problem of ours at once, with code, places and trace', async () => {
    const api = await client({ status: 422, body: problem('INPUT_INVALID', 422) });
    const error = await api.startInstance({ definition: 'a' }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiProblem);
    expect(error).toMatchObject({ code: 'INPUT_INVALID', status: 422, traceId: 't-1', errors: [{ path: '/input/id' }] });
    expect(server.seen).toHaveLength(1);
  });

  it('tells an answer that is not ours from a problem', async () => {
    const api = await client({ status: 404, body: '<html>nginx</html>' });
    const error = await api.getInstance(id).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UnexpectedAnswer);
    expect((error as Error).message).toContain('<html>nginx</html>');
  });

  it('names the address when nothing answers', async () => {
    const api = new OrquestraClient({ baseUrl: 'http://127.0.0.1:1', retries: 0 });
    const error = await api.workers().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ServerUnreachable);
    expect((error as Error).message).toContain('http://127.0.0.1:1');
  });

  it('walks all pages of a list with its filters', async () => {
    const api = await client(
      { body: { items: [{ id: 1 }, { id: 2 }], next: 'c 2' } },
      { body: { items: [{ id: 3 }], next: null } },
    );
    const ids: unknown[] = [];
    for await (const item of api.listInstances({ status: ['failed', 'timed_out'], tags: { region: 'eu' } })) ids.push(item.id);
    expect(ids).toEqual([1, 2, 3]);
    expect(server.seen[0]?.url).toBe('/api/v1/instances?status=failed%2Ctimed_out&tag.region=eu');
    expect(new URL(server.seen[1]?.url ?? '', 'http://x').searchParams.get('cursor')).toBe('c 2');
  });

  it('reads the history from page to page', async () => {
    const api = await client({ body: { items: [{ seq: 3 }], next: 3 } }, { body: { items: [{ seq: 4 }], next: null } });
    const seqs: number[] = [];
    for await (const event of api.history(id, 2)) seqs.push(event.seq);
    expect(seqs).toEqual([3, 4]);
    expect(server.seen.map((call) => new URL(call.url, 'http://x').searchParams.get('after'))).toEqual(['2', '3']);
  });

  it('waits until the instance has ended', async () => {
    const open = { status: 202, body: { ...started, status: 'running' } };
    const api = await client(open, { body: { ...started, status: 'completed', output: 7 } });
    expect(await api.waitForInstance(id)).toMatchObject({ status: 'completed', output: 7 });
    expect(server.seen[0]?.url).toBe(`/api/v1/instances/${id}/wait?timeout=20000ms`);
  });

  it('starts and waits in one call', async () => {
    const api = await client({ status: 201, body: { ...started, status: 'completed', output: 7 } });
    expect(await api.startAndWait({ definition: 'a' }, 90_000)).toMatchObject({ status: 'completed', output: 7 });
    expect(server.seen[0]?.url).toBe('/api/v1/instances?wait=60000ms');
  });

  it('gives up waiting when the time is over', async () => {
    const api = await client({ status: 202, body: { ...started, status: 'waiting' } });
    await expect(api.waitForInstance(id, { timeoutMs: 0 })).rejects.toBeInstanceOf(WaitTimedOut);
    expect(server.seen).toHaveLength(1);
  });

  it('sends YAML as it is written', async () => {
    const api = await client({ status: 201, body: { name: 'a', version: '1.0.0' } });
    await api.registerDefinition({ text: 'name: a\n', format: 'yaml' }, { dryRun: true });
    expect(server.seen[0]).toMatchObject({ url: '/api/v1/definitions?dryRun=true', body: 'name: a\n' });
    expect(server.seen[0]?.headers['content-type']).toBe('application/yaml');
  });

  it('stops when the caller aborts', async () => {
    const api = await client({ body: started });
    await expect(api.getInstance(id, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    expect(server.seen).toHaveLength(0);
  });
});

describe('backoffMs', () => {
  it('doubles from 100 ms to 5 s, spread over the upper half', () => {
    expect([1, 2, 3, 10].map((tries) => backoffMs(tries, 0))).toEqual([50, 100, 200, 2_500]);
    expect([1, 2, 3, 10].map((tries) => backoffMs(tries, 1))).toEqual([100, 200, 400, 5_000]);
  });
});

describe('retryAfterMs', () => {
  it('reads seconds and dates, and refuses what is too long', () => {
    expect(retryAfterMs('2', 0, 0)).toBe(2_000);
    expect(retryAfterMs('2', 0, 0.999)).toBe(2_400);
    expect(retryAfterMs(new Date(5_000).toUTCString(), 1_000, 0)).toBe(4_000);
    expect([retryAfterMs(null, 0, 0), retryAfterMs('3600', 0, 0), retryAfterMs('soon', 0, 0)]).toEqual([
      undefined,
      Infinity,
      undefined,
    ]);
  });
});
