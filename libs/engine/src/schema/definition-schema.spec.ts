import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { COMMON_FIELDS, DOCUMENT_FIELDS, TYPE_FIELDS } from '../compile/vocabulary.js';
import { compile } from '../compile/compile.js';
import type { JsonObject } from '../model/json.js';
import { parseDefinition } from '../parse/parse-definition.js';
import { definitionSchema } from './definition-schema.js';

const validate = new Ajv2020({
  strict: true,
  allErrors: true,
  allowUnionTypes: true,
  strictRequired: false,
  strictTypes: false,
}).compile(definitionSchema);

/** The example at the head of the language's description. */
const example = `
name: order.process
version: 1.2.0
title: Process an order
summary: "Order \${input.id} for \${input.customer}"
input: { schema: { type: object, required: [id], properties: { id: { type: string } } } }
timeout: 2h
retry: { maxAttempts: 3, backoff: exponential, delay: 1s, factor: 2, maxDelay: 1m, jitter: 0.2, nonRetryable: [CARD_DECLINED] }
steps:
  - { id: validate, task: orders.validate }
  - { id: total,    task: orders.total }
  - { id: charge,   task: payments.charge, needs: [total], timeout: 30s,
      input: { orderId: "\${input.id}", cents: "\${steps.total.output.cents}" },
      compensate: { task: payments.refund, input: { id: "\${output.chargeId}" } } }
  - { id: mail,     task: mail.send, needs: [charge] }
  - { id: audit,    task: audit.write, needs: [charge] }
output: "\${steps.charge.output}"
`;

/** One step of every type with every field of its own. */
const everything: JsonObject = {
  name: 'all',
  version: '1.0.0',
  steps: [
    { id: 'sleep', type: 'sleep', for: '1h' },
    {
      id: 'event',
      type: 'event',
      names: ['paid'],
      match: 'all',
      filter: '${event.payload.ok}',
      early: 'drop',
      timeout: '0s',
      timeoutValue: null,
    },
    { id: 'ask', type: 'ask', kind: 'choice', choices: ['a', 'b'], assignees: ['me'], due: '1d' },
    {
      id: 'branch',
      type: 'branch',
      on: '${input.x}',
      cases: [{ id: 'one', is: [1, 2], steps: [{ id: 'x', task: 'echo' }] }],
      default: [],
    },
    { id: 'parallel', type: 'parallel', branches: { a: [], b: [] }, onError: 'collect', join: 1, cancelRest: true },
    {
      id: 'each',
      type: 'forEach',
      items: '${input.list}',
      as: 'order',
      concurrency: 5,
      tolerate: '5%',
      keep: 'failed',
      steps: [{ id: 'y', type: 'set', values: '${order}' }],
    },
    { id: 'poll', type: 'repeat', until: '${last.done}', maxIterations: 5, delay: '1s', steps: [], keep: 2 },
    { id: 'child', type: 'workflow', workflow: 'other', version: '^1.0.0', detached: true, onParentClose: 'abandon' },
    { id: 'try', type: 'try', steps: [], catch: [{ codes: ['X'], as: 'e', steps: [] }], finally: [] },
    { id: 'lock', type: 'lock', key: '${input.id}', limit: 2, steps: [] },
    { id: 'emit', type: 'emit', event: { name: 'done', key: 'k', payload: {} } },
    { id: 'fail', type: 'fail', code: 'X', message: 'm', details: {}, when: '${input.bad}' },
    { id: 'again', type: 'again', input: {}, needs: [] },
    { id: 'end', type: 'complete', output: 1 },
  ],
};

const examplesFolder = new URL('../../../../examples/', import.meta.url);
const examples = readdirSync(examplesFolder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ya?ml$/.test(file));

describe('the schema of the format', () => {
  it('and the compiler accept the example of the language', () => {
    const { document } = parseDefinition(example, 'yaml');
    expect(validate(document)).toBe(true);
    expect(compile(document, { strict: true })).toMatchObject({ problems: [], plan: { name: 'order.process' } });
  });

  it('accepts every step type of format 1', () => {
    validate(everything);
    expect(validate.errors).toBeNull();
  });

  it.each(examples)('and the compiler accept examples/%s', (file) => {
    const { document, problems } = parseDefinition(readFileSync(new URL(file, examplesFolder), 'utf8'), 'yaml');
    expect(problems).toEqual([]);
    validate(document);
    expect(validate.errors).toBeNull();
    expect(compile(document).problems.filter((problem) => problem.severity === 'error')).toEqual([]);
  });

  it.each<[string, JsonObject]>([
    ['an unknown field', { name: 'a', version: '1.0.0', steps: [], foo: 1 }],
    ['an unknown option of a step', { name: 'a', version: '1.0.0', steps: [{ id: 'a', task: 't', retires: 1 }] }],
    ['a field of another type', { name: 'a', version: '1.0.0', steps: [{ id: 'a', task: 't', code: 'X' }] }],
    ['an unknown type', { name: 'a', version: '1.0.0', steps: [{ id: 'a', type: 'tsk' }] }],
    ['a bad duration', { name: 'a', version: '1.0.0', steps: [{ id: 'a', task: 't', timeout: '5 minutes' }] }],
    ['a task step without task', { name: 'a', version: '1.0.0', steps: [{ id: 'a' }] }],
    ['a short version', { name: 'a', version: '1.0', steps: [] }],
    [
      'a fault inside a block',
      { name: 'a', version: '1.0.0', steps: [{ id: 'a', type: 'lock', key: 'k', steps: [{ task: 't' }] }] },
    ],
  ])('refuses %s', (_what, document) => {
    expect(validate(document)).toBe(false);
  });

  it('has the same fields as the compiler', () => {
    const defs = definitionSchema['$defs'] as Record<string, JsonObject>;
    const step = defs['step'] as {
      properties: object;
      allOf: { if: { properties: { type: { const: string } } }; then: { properties: object } }[];
    };
    expect(Object.keys(definitionSchema['properties'] as object).sort()).toEqual([...DOCUMENT_FIELDS].sort());
    expect(Object.keys(step.properties).sort()).toEqual([...COMMON_FIELDS].sort());
    const own = Object.fromEntries(
      step.allOf.map((type) => [type.if.properties.type.const, Object.keys(type.then.properties).sort()]),
    );
    expect(own).toEqual(Object.fromEntries(Object.entries(TYPE_FIELDS).map(([type, fields]) => [type, [...fields].sort()])));
  });
});
