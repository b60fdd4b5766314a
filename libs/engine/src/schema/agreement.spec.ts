import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { compile } from '../compile/compile.js';
import { COMMON_FIELDS, DOCUMENT_FIELDS, TYPE_FIELDS } from '../compile/vocabulary.js';
import type { Json, JsonObject } from '../model/json.js';
import { definitionSchema } from './definition-schema.js';

const validate = new Ajv2020({ strict: false, allErrors: true }).compile(definitionSchema);

/** What a JSON Schema cannot know: what names refer to, whether an expression, schema or date can be read, which words are taken. */
const MEANING = new Set([
  'UNKNOWN_STEP',
  'SELF_NEED',
  'DUPLICATE_NEED',
  'DUPLICATE_ID',
  'UNKNOWN_NEED',
  'CYCLE',
  'RACE',
  'INSIDE_BLOCK',
  'JOIN_INVALID',
  'EXPRESSION_INVALID',
  'EXPRESSION_NOT_ALLOWED',
  'UNKNOWN_ROOT',
  'ROOT_NOT_AVAILABLE',
  'SCHEMA_INVALID',
  'TIME_INVALID',
  'CRON_INVALID',
  'FORBIDDEN_KEY',
  'TOO_MANY_STEPS',
  'NESTED_TOO_DEEP',
  'NOT_STORABLE',
]);

const steps: fc.Arbitrary<Json> = fc.constantFrom<Json[]>(
  [],
  [{ id: 'x', task: 'echo' }],
  [{ id: 'x' }],
  [{ id: 'x', task: 'echo', timeout: 5 }],
  {},
  'a',
  [1],
);
const words: fc.Arbitrary<Json> = fc.constantFrom<Json[]>(
  null,
  true,
  false,
  0,
  1,
  7,
  -1,
  1.5,
  '',
  'a',
  'b c',
  '1s',
  '5 minutes',
  'PT1H',
  '5%',
  '101%',
  'all',
  'any',
  'none',
  'patient',
  '${input.x}',
  'a ${input.x}',
  '2030-01-31T09:00:00Z',
  [],
  ['a'],
  ['a', 'a'],
  ['a', ''],
  [1],
  {},
  { a: 1 },
  { a: [] },
);
const pool = (...values: Json[]): fc.Arbitrary<Json> => fc.constantFrom(...values);

/** Values that are often right for a field; now and then anything else. */
const likely: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  steps,
  default: steps,
  finally: steps,
  branches: fc.dictionary(fc.constantFrom('left', 'right', 'not a name'), steps, { maxKeys: 2 }),
  cases: fc.array(
    fc.record({ id: pool('a', 'b', 'default', 'c d', 1), is: words, if: words, steps, foo: words }, { requiredKeys: [] }),
    { maxLength: 2 },
  ),
  catch: fc.array(
    fc.record(
      { codes: pool(['X'], ['a b'], 'X'), when: words, as: words, steps, compensate: words, foo: words },
      { requiredKeys: ['steps'] },
    ),
    { maxLength: 2 },
  ),
  event: fc.record({ name: words, key: words, instance: words, payload: words, foo: words }, { requiredKeys: ['name'] }),
  message: fc.record({ exchange: words, routingKey: words, headers: words, body: words, foo: words }, { requiredKeys: [] }),
  compensate: fc.record(
    { task: words, input: words, queue: words, retry: words, timeout: words, priority: words, foo: words },
    { requiredKeys: ['task'] },
  ),
  retry: fc.oneof(
    words,
    fc.record({ maxAttempts: words, delay: words, jitter: words, nonRetryable: words, within: words }, { requiredKeys: [] }),
  ),
  triggers: fc.array(
    fc.record(
      {
        kind: pool('schedule', 'hook', 'message', 'x'),
        cron: pool('* * * * *'),
        event: words,
        exchange: words,
        queue: words,
        key: words,
      },
      { requiredKeys: [] },
    ),
    { maxLength: 1 },
  ),
  compensation: fc.record({ on: pool(['failure'], ['fail'], 'cancel'), order: words, onFailure: words }, { requiredKeys: [] }),
  concurrency: fc.record({ key: words, limit: words, onLimit: words, foo: words }, { requiredKeys: [] }),
  items: pool([], [1, 'a'], '${input.x}', 'a', {}, 5),
  kind: pool('approval', 'choice', 'text', 'form', 'x'),
  workflow: pool('child', 'Child X', '${input.x}', 5),
  version: pool('1.0.0', '${input.x}', 7),
  needs: pool([], [1], 'a'),
  schema: pool({}, true, { type: 'object' }, 'a', 5),
  form: pool({}, false, 'a'),
  id: pool('a', 'b c', 1),
  match: pool('any', 'all', 'first', 'x'),
  while: pool(true, '${input.x}', 'a'),
  until: pool(true, '${input.x}', '2030-01-31T09:00:00Z', 'a ${input.x}', 5, null),
};
const valueOf = (name: string): fc.Arbitrary<Json> =>
  likely[name] === undefined ? words : fc.oneof({ weight: 6, arbitrary: likely[name] }, { weight: 1, arbitrary: words });

const fieldsOf = (names: readonly string[], needed: readonly string[] = []): fc.Arbitrary<JsonObject> =>
  fc
    .subarray([...names], { maxLength: Math.min(5, names.length) })
    .chain((some) =>
      fc.record(Object.fromEntries([...new Set([...some, ...needed])].map((name) => [name, valueOf(name)]))),
    ) as fc.Arbitrary<JsonObject>;

const NEEDED: Readonly<Record<string, readonly string[]>> = {
  task: ['task'],
  event: ['names'],
  ask: ['kind'],
  branch: ['cases'],
  parallel: ['branches'],
  forEach: ['items', 'steps'],
  repeat: ['until', 'steps'],
  workflow: ['workflow'],
  try: ['steps'],
  lock: ['key', 'steps'],
};
const ownFields = (type: string): fc.Arbitrary<JsonObject> => fieldsOf(TYPE_FIELDS[type]!, NEEDED[type]);
const common = fieldsOf(COMMON_FIELDS.filter((name) => name !== 'id' && name !== 'type'));
const step = (type: string): fc.Arbitrary<JsonObject> =>
  fc
    .tuple(fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: common }), ownFields(type))
    .map(([some, own]) => ({ id: 's', type, ...some, ...own }));

function expectAgreement(document: JsonObject): void {
  const isValid = validate(document);
  const errors = compile(document).problems.filter(({ severity }) => severity === 'error');
  const shape = errors.filter(
    ({ code, path, hint }) =>
      !MEANING.has(code) && hint !== 'Choose another word' && !(code === 'VERSION_INVALID' && path !== '/version'),
  );
  if (isValid && shape.length > 0)
    throw new Error(`the schema accepts ${JSON.stringify(document)}, but ${JSON.stringify(shape)}`);
  if (!isValid && errors.length === 0)
    throw new Error(`the schema refuses ${JSON.stringify(document)}: ${JSON.stringify(validate.errors)}`);
}

describe('the schema and the compiler agree about', () => {
  it.each(Object.keys(TYPE_FIELDS))('%s steps', (type) => {
    const documents = step(type).map((own) => ({ name: 'a', version: '1.0.0', steps: [own] }));
    fc.assert(fc.property(documents, expectAgreement), { numRuns: 300 });
  });

  it('common options and the document', () => {
    const options = common.map((fields) => ({ name: 'a', version: '1.0.0', steps: [{ id: 's', task: 'echo', ...fields }] }));
    fc.assert(fc.property(options, expectAgreement), { numRuns: 300 });
    const documents = fieldsOf([...DOCUMENT_FIELDS]).map((fields) => ({ name: 'a', version: '1.0.0', steps: [], ...fields }));
    fc.assert(fc.property(documents, expectAgreement), { numRuns: 300 });
  });
});
