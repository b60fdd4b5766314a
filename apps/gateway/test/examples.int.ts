import { z } from 'zod';
import {
  exampleBulkId,
  exampleInstanceId,
  type Operation,
  type OperationExample,
  operations,
  problemKinds,
  problemSchema,
} from '#libs/contracts';
import { type Answer, startGateway, type TestGateway } from './gateway-app.js';

let gateway: TestGateway;
/** Ids of the instance and the bulk job that the first examples start; stand in for those of the documentation. */
const ids = new Map<string, string>();

beforeAll(async () => {
  gateway = await startGateway();
}, 30_000);
afterAll(() => gateway.close());

const all = operations.flatMap((operation) => operation.examples.map((example) => ({ operation, example })));

/** In the order of the documentation: what an example needs was made by those before it. */
describe('every example of the API', () => {
  it.each(all.map((each) => [`${each.operation.method} ${each.operation.path}: ${each.example.name}`, each] as const))(
    '%s',
    async (_, { operation, example }) => {
      const answer = await run(operation, example);
      expect({ status: answer.status, problem: answer.status >= 400 ? answer.text : '' }).toMatchObject({
        status: example.status,
      });
      const schema = example.status >= 400 ? problemSchema : (operation.responses[example.status]?.schema ?? z.unknown());
      expect(schema.safeParse(answer.body ?? answer.text).error).toBeUndefined();
      if (example.status >= 400) expect(statusesOf(operation)).toContain(example.status);
      const made = operation.id === 'startBulk' ? exampleBulkId : exampleInstanceId;
      const isMade =
        (operation.id === 'startInstance' && answer.status === 201) || (operation.id === 'startBulk' && answer.status === 202);
      if (isMade && !ids.has(made)) ids.set(made, (answer.body as { id: string }).id);
    },
  );
});

function run(operation: Operation, example: OperationExample): Promise<Answer> {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(own(example.params?.[name] ?? '')));
  const query = example.query ? `?${new URLSearchParams(example.query as Record<string, string>).toString()}` : '';
  const options =
    typeof example.body === 'string' ? { text: example.body, type: example.contentType } : { body: ownIn(example.body) };
  return gateway.request(operation.method.toUpperCase(), path + query, { ...options, headers: { ...example.headers } });
}

const ownIn = (body: unknown): unknown =>
  body === undefined
    ? undefined
    : JSON.parse(JSON.stringify(body), (_, value: unknown) => (typeof value === 'string' ? own(value) : value));
const own = (text: string): string => ids.get(text) ?? text;
const statusesOf = (operation: Operation): number[] => [400, ...operation.problems.map((code) => problemKinds[code][0])];
