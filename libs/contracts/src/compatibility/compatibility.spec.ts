import { readFileSync } from 'node:fs';
import { asyncApiDocument } from '../asyncapi/asyncapi.js';
import { openApiDocument } from '../openapi/openapi.js';
import { type AcceptedBreak, compareContracts, type Contracts } from './compare-contracts.js';
import { type Schema, schemaBreaks } from './schema-breaks.js';

const object = (properties: object, required: string[] = [], more: object = {}): Schema => ({
  type: 'object',
  properties,
  required,
  ...more,
});
const text = { type: 'string' };
const whole = { type: 'integer' };
const choice = (...values: string[]): Schema => ({ type: 'string', enum: values });
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });

/** [what changed, before, after, rules broken in what is sent to us, rules broken in what we send] */
type Row = readonly [what: string, before: Schema | boolean, after: Schema | boolean, request: string[], response: string[]];
const rows: readonly Row[] = [
  ['nothing', object({ a: text }, ['a']), object({ a: text }, ['a']), [], []],
  ['a property is added', object({ a: text }), object({ a: text, b: text }), [], []],
  ['a property is added and required', object({ a: text }), object({ a: text, b: text }, ['b']), ['property-required'], []],
  ['a property is removed', object({ a: text, b: text }), object({ a: text }), ['property-removed'], ['property-removed']],
  ['a property becomes required', object({ a: text }), object({ a: text }, ['a']), ['property-required'], []],
  ['a property becomes optional', object({ a: text }, ['a']), object({ a: text }), [], ['property-optional']],
  ['a type changes', text, whole, ['type-changed'], ['type-changed']],
  ['a whole number becomes any number', whole, { type: 'number' }, [], ['type-changed']],
  ['any number becomes a whole one', { type: 'number' }, whole, ['type-changed'], []],
  ['null becomes possible', text, orNull(text), [], ['type-changed']],
  ['null is no longer possible', orNull(text), text, ['type-changed'], []],
  ['null, as a list of types', { type: ['string', 'null'] }, text, ['type-changed'], []],
  ['a value is added', choice('a'), choice('a', 'b'), [], ['values-changed']],
  ['a value is removed', choice('a', 'b'), choice('a'), ['values-changed'], []],
  ['any text becomes one of a list', text, choice('a'), ['values-changed'], []],
  ['one of a list becomes any text', choice('a'), text, [], ['values-changed']],
  ['a constant changes', { const: 1 }, { const: 2 }, ['values-changed'], ['values-changed']],
  ['an upper bound is lowered', { ...text, maxLength: 9 }, { ...text, maxLength: 8 }, ['bound-tightened'], []],
  ['an upper bound is raised', { ...text, maxLength: 9 }, { ...text, maxLength: 10 }, [], []],
  ['a lower bound appears', whole, { ...whole, minimum: 1 }, ['bound-tightened'], []],
  ['a lower bound goes', { ...whole, minimum: 1 }, whole, [], []],
  ['a pattern changes', { ...text, pattern: 'a' }, { ...text, pattern: 'b' }, ['bound-tightened'], []],
  ['a choice of shapes grows', { anyOf: [text] }, { anyOf: [text, whole] }, [], ['type-changed']],
  // prettier-ignore
  ['values are added to one shape of several', { anyOf: [object({ a: text, b: choice('x') }), object({ c: text })] }, { anyOf: [object({ a: text, b: choice('x', 'y', 'z') }), object({ c: text })] }, [], ['values-changed', 'values-changed']],
  ['a choice of shapes shrinks', { oneOf: [text, whole] }, { oneOf: [text] }, ['type-changed'], []],
  ['anything becomes a text', {}, text, ['type-changed'], []],
  ['a text becomes anything', text, true, [], ['type-changed']],
  ['unknown properties are refused', object({}), object({}, [], { additionalProperties: false }), ['closed'], []],
  ['unknown properties are taken', object({}, [], { additionalProperties: false }), object({}), [], []],
  ['items change', { type: 'array', items: text }, { type: 'array', items: whole }, ['type-changed'], ['type-changed']],
  [
    'values of a table change',
    { type: 'object', additionalProperties: text },
    { type: 'object', additionalProperties: whole },
    ['type-changed'],
    ['type-changed'],
  ],
  ['a reference stands for its schema', { $ref: '#/components/schemas/Text' }, text, [], []],
  ['allOf is all of them', { allOf: [{ $ref: '#/components/schemas/Text' }], description: 'd' }, text, [], []],
  [
    'a recursive schema loses a property',
    { $ref: '#/components/schemas/Tree' },
    { $ref: '#/components/schemas/Bush' },
    ['property-removed'],
    ['property-removed'],
  ],
];
const parts = {
  components: {
    schemas: {
      Text: text,
      Tree: object({ name: text, next: { $ref: '#/components/schemas/Tree' } }),
      Bush: object({ next: { $ref: '#/components/schemas/Bush' } }),
    },
  },
};

describe('schemaBreaks', () => {
  describe.each(['request', 'response'] as const)('of a %s', (direction) => {
    it.each(rows)('%s', (_, before, after, request, response) => {
      const found = schemaBreaks({ schema: before, document: parts }, { schema: after, document: parts }, direction, 'x');
      expect(found.map(({ rule }) => rule)).toEqual(direction === 'request' ? request : response);
    });
  });

  it('compares what has a name with what has the same name, of several shapes', () => {
    const shapes = { anyOf: [{ $ref: '#/components/schemas/Started' }, { $ref: '#/components/schemas/Whole' }] };
    const document = (reasons: string[]): Schema => ({
      components: {
        schemas: {
          Started: object({ id: text, event: text }, ['id']),
          Whole: object({ id: text, reason: choice(...reasons), other: choice(...reasons) }, ['id']),
        },
      },
    });
    const [before, after] = [document(['a']), document(['a', 'b'])];
    const found = schemaBreaks({ schema: shapes, document: before }, { schema: shapes, document: after }, 'response', 'x');
    expect(found.map(({ where }) => where)).toEqual(['x/reason', 'x/other']);
  });

  it('says where, in the words of the document', () => {
    const [before, after] = [
      object({ a: { type: 'array', items: object({ b: text }) } }),
      object({ a: { type: 'array', items: object({}) } }),
    ];
    expect(schemaBreaks({ schema: before, document: {} }, { schema: after, document: {} }, 'request', 'POST /x body')).toEqual([
      { rule: 'property-removed', where: 'POST /x body/a/*/b', text: 'was there, and is gone' },
    ]);
  });
});

const current = (): Contracts =>
  JSON.parse(JSON.stringify({ openapi: openApiDocument('1.0.0'), asyncapi: asyncApiDocument('1.0.0') })) as Contracts;
type Loose = any; // eslint-disable-line @typescript-eslint/no-explicit-any -- documents are taken apart at will

/** [what is done to the present contracts, the rules that says no] */
const changes: readonly (readonly [
  what: string,
  change: (contracts: { openapi: Loose; asyncapi: Loose }) => void,
  rules: string[],
])[] = [
  ['nothing', () => undefined, []],
  ['an operation is removed', ({ openapi }) => delete openapi.paths['/api/v1/events'].post, ['operation-removed']],
  ['a path is removed', ({ openapi }) => delete openapi.paths['/api/v1/events/{id}/bind'], ['operation-removed']],
  [
    'an operation is renamed',
    ({ openapi }) => (openapi.paths['/api/v1/events'].post.operationId = 'tell'),
    ['operation-renamed'],
  ],
  ['a parameter is removed', ({ openapi }) => openapi.paths['/api/v1/events'].get.parameters.pop(), ['parameter-removed']],
  [
    'a parameter becomes required',
    ({ openapi }) => (openapi.paths['/api/v1/events'].get.parameters[0].required = true),
    ['parameter-required'],
  ],
  [
    'a body becomes required',
    ({ openapi }) => (openapi.paths['/api/v1/instances/{id}/cancel'].post.requestBody.required = true),
    ['body-required'],
  ],
  [
    'a content type is removed',
    ({ openapi }) => delete openapi.paths['/api/v1/definitions'].post.requestBody.content['application/yaml'],
    ['content-type-removed'],
  ],
  ['an answer is removed', ({ openapi }) => delete openapi.paths['/api/v1/events'].post.responses['202'], ['answer-removed']],
  ['a channel is removed', ({ asyncapi }) => delete asyncapi.channels.event, ['channel-removed']],
  ['an inner channel is removed', ({ asyncapi }) => delete asyncapi.channels.partitions, []],
  ['a routing key changes', ({ asyncapi }) => (asyncapi.channels.start.address = 'start'), ['address-changed']],
  ['an exchange changes', ({ asyncapi }) => (asyncapi.channels.start.bindings.amqp.exchange.name = 'x'), ['address-changed']],
  ['the way of a message turns', ({ asyncapi }) => (asyncapi.operations.start.action = 'send'), ['action-changed']],
  ['a message is removed', ({ asyncapi }) => delete asyncapi.channels.replies.messages.Refused, ['message-removed']],
  ['a command is no longer answered', ({ asyncapi }) => delete asyncapi.operations.start.reply, ['reply-removed']],
  [
    'a command is answered otherwise',
    ({ asyncapi }) => (asyncapi.operations.start.reply.messages[0].$ref = '#/channels/replies/messages/Acted'),
    ['reply-added'],
  ],
  [
    'a header becomes required',
    ({ asyncapi }) =>
      (asyncapi.channels.start.messages.Start.headers = {
        ...asyncapi.components.schemas.CommandHeaders,
        required: ['reply_to'],
      }),
    ['property-required'],
  ],
];

describe('compareContracts', () => {
  it.each(changes)('%s', (_, change, rules) => {
    const changed = current();
    change(changed);
    expect(compareContracts(current(), changed).breaks.map(({ rule }) => rule)).toEqual(rules);
  });

  it('lets pass what is accepted, and tells what is accepted in vain', () => {
    const changed = current() as unknown as { asyncapi: Loose } & Contracts;
    delete changed.asyncapi.channels.event;
    const meant = { where: 'channel event', why: 'moved' };
    const vain = { where: 'channel start', why: 'a slip of the pen' };
    expect(compareContracts(current(), changed, [meant, vain])).toEqual({ breaks: [], idle: [vain] });
    expect(compareContracts(current(), changed, [{ ...meant, rule: 'address-changed' }]).breaks).toHaveLength(1);
  });

  it('finds nothing broken since the last release', () => {
    const read = (name: string): unknown => JSON.parse(readFileSync(`docs/contracts/${name}.json`, 'utf8'));
    const baseline = { openapi: read('baseline/openapi'), asyncapi: read('baseline/asyncapi') } as Contracts;
    expect(compareContracts(baseline, current(), read('accepted-breaks') as AcceptedBreak[])).toEqual({ breaks: [], idle: [] });
  });
});
