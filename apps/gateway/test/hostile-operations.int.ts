import { jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { type Operation, operations, problemSchema } from '#libs/contracts';
import { type Answer, startGateway, type TestGateway } from './gateway-app.js';

jest.setTimeout(60_000); // dozens of requests each

let gateway: TestGateway;
/** One that exists, so that the checks behind the first are reached too. */
let id: string;

beforeAll(async () => {
  gateway = await startGateway();
  const document = { name: 'hostile', version: '1.0.0', steps: [{ id: 'a', type: 'ask', kind: 'approval' }] };
  await gateway.request('POST', '/api/v1/definitions', { body: document });
  const { body } = await gateway.request('POST', '/api/v1/instances', { body: { definition: 'hostile' } });
  id = (body as { id: string }).id;
}, 30_000);
afterAll(() => gateway.close());

const long = 'x'.repeat(70_000);
/** In place of every value of a body that would do, one after the other. */
const values: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  '',
  '\u0000',
  '\ud800',
  '__proto__',
  '%',
  '${1 / 0}',
  long,
  [],
  [[]],
  {},
  { a: { b: null } },
];
const bodies: readonly string[] = [
  ...['null', '[]', '"x"', '7', '{', '{}', '{"path":{}}', '{"__proto__":{"a":1}}', '{"a":"\\ud800"}'],
  ...[`{"reason":"${'r'.repeat(5_000)}"}`, '{"unknown":1}', '['.repeat(5_000)],
];
const params = ['%00', '..%2f..%2fetc', '%F0%9F%92%A9', '%E0%A4%A', "'%20OR%201=1--", '-', 'x'.repeat(3_000), uuidv7()];
const queries = [
  ...[
    'wait=-1s',
    'wait=99999h',
    'wait=',
    'limit=-1',
    'limit=1e400',
    'cursor=%00',
    'cursor=x',
    'after=-1',
    'after=9e99',
    'after=%00',
  ],
  ...[
    'unknown=1',
    'path=%00',
    'under=%00',
    'under=%2f%2f',
    'status=',
    'status=,,',
    'assignee=%00',
    'instance=x',
    'timeout=-1',
    '%00=%00',
  ],
];

const inPath = (operation: Operation, value: string): string => operation.path.replace(/\{\w+\}/g, value);
/** With parameters that lead somewhere. */
const good = ({ path }: Operation): string => path.replace('{id}', id).replace(/\{\w+\}/g, 'hostile');

async function expectRefusal(answer: Answer, sent: string): Promise<void> {
  if (answer.status >= 400) {
    expect({ sent, problem: problemSchema.safeParse(answer.body).error }).toEqual({ sent, problem: undefined });
    expect(answer.text).not.toMatch(/node_modules|at .*\.(?:ts|js):\d+|SELECT |INSERT /);
  }
  expect({ sent, isOurFault: answer.status >= 500 }).toEqual({ sent, isOurFault: false });
  expect(gateway.errors).toEqual([]);
}

const api = operations.filter(({ path }) => path.startsWith('/api/'));
const named = (list: readonly Operation[]) => list.map((operation) => [operation.id, operation] as const);

describe('hostile input is never our fault', () => {
  it.each(named(api.filter(({ path }) => path.includes('{'))))('in the path of %s', async (_, operation) => {
    for (const value of params) {
      const path = inPath(operation, value);
      const body = operation.method === 'get' ? {} : { body: { by: 'ada', path: 'a', name: 'a', instance: id } };
      await expectRefusal(await gateway.request(operation.method.toUpperCase(), path, body), path);
    }
  });

  it.each(named(api))('in the query of %s', async (_, operation) => {
    for (const query of queries) {
      const path = `${good(operation)}?${query}`;
      await expectRefusal(await gateway.request(operation.method.toUpperCase(), path), path);
    }
  });

  it.each(named(api.filter(({ body }) => body !== undefined)))('in the body of %s', async (_, operation) => {
    for (const text of [...bodies, ...spoilt(operation)]) {
      const path =
        good(operation) + (operation.query === undefined || !/instances|events|asks/.test(operation.path) ? '' : '?wait=0ms');
      const headers = { 'idempotency-key': uuidv7() };
      await expectRefusal(
        await gateway.request(operation.method.toUpperCase(), path, { text, headers }),
        `${path} ${text.slice(0, 200)}`,
      );
    }
  });
});

/** Its examples, each value in turn replaced by others. */
function spoilt({ examples }: Operation): string[] {
  const [body] = examples.flatMap((example) => (isObject(example.body) ? [example.body] : []));
  if (body === undefined) return [];
  return Object.keys(body).flatMap((key) => values.map((value) => JSON.stringify({ ...body, [key]: value })));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
