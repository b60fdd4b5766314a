import { readFileSync } from 'node:fs';
import { startGateway, type TestGateway } from './gateway-app.js';

const page = readFileSync('docs/starts.md', 'utf8');

/** One call of a ```http block, and what it says comes back. */
interface Call {
  readonly request: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
  readonly answer: object;
}

const calls = [...page.matchAll(/```http\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n\n').map(readCall));

function readCall(text: string): Call {
  const [request = '', answer = ''] = text.split('\n');
  const [, method = '', path = '', body] = /^(\w+) (\S+)(?: (\{.*\}))?$/.exec(request) ?? [];
  const [, status, told = ''] = /^=> (\d{3}) (\{.*\})$/.exec(answer) ?? [];
  return {
    request,
    ...{ method, path, status: Number(status) },
    body: body && (JSON.parse(body) as unknown),
    answer: JSON.parse(told) as object,
  };
}

describe('docs/starts.md', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
    const definition = { name: 'order.export', version: '1.0.0', steps: [{ id: 'export', task: 'echo' }] };
    await gateway.request('POST', '/api/v1/definitions', { body: definition });
  }, 30_000);
  afterAll(() => gateway.close());

  it('has examples', () => expect(calls.length).toBeGreaterThan(10));

  it.each(calls.map((call) => [call.request, call] as const))('%s', async (_, { method, path, body, status, answer }) => {
    const found = await gateway.request(method, path, body === undefined ? {} : { body });
    expect({ status: found.status, body: found.body }).toMatchObject({ status, body: answer });
  });
});
