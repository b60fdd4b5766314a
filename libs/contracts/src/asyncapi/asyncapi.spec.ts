import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import * as wire from '../messages/wire.js';
import { channels } from './channels.js';
import { asyncApiDocument } from './asyncapi.js';

interface Document {
  readonly channels: Record<string, { messages: Record<string, unknown> }>;
  readonly operations: Record<string, { action: string; reply?: { messages: { $ref: string }[] } }>;
}
const document = asyncApiDocument('1.2.3') as unknown as Document;
const schemaFile = createRequire(import.meta.url).resolve('@asyncapi/specs/schemas/3.0.0-without-$id.json');

const messages = channels.flatMap((channel) =>
  channel.messages.map((message) => [`${channel.id}: ${message.id}`, message] as const),
);

/** What a `#/…` pointer leads to. */
const follow = (pointer: string): unknown =>
  pointer
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);

describe('asyncApiDocument', () => {
  it.each(messages)('%s has an example that fits its schemas', (_, { schema, example, headers, exampleHeaders, type }) => {
    expect(schema.safeParse(example).error).toBeUndefined();
    expect(headers?.safeParse(exampleHeaders).error).toBeUndefined();
    if (type !== undefined) expect(exampleHeaders).toMatchObject({ type });
  });

  it('fits the schema of AsyncAPI 3.0', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    const validate = ajv.compile(JSON.parse(readFileSync(schemaFile, 'utf8')) as object);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    validate({ ...document, operations: { broken: { action: 'shout' } } });
    expect(validate.errors).not.toHaveLength(0);
  });

  it('describes every channel, and what other systems do with those that are for them', () => {
    expect(Object.keys(document.channels)).toEqual(channels.map(({ id }) => id));
    expect(Object.keys(document.operations)).toEqual(channels.filter(({ isPublic }) => isPublic).map(({ id }) => id));
    expect(Object.entries(document.operations).filter(([, { action }]) => action === 'send')).not.toHaveLength(0);
  });

  it('describes every message between services', () => {
    const described = new Set(channels.flatMap((channel) => channel.messages.map(({ schema }) => schema)));
    const isMessage = (schema: object): boolean => 'shape' in schema && 'v' in (schema.shape as object);
    const sent = Object.entries(wire).filter(([, value]) => typeof value === 'object' && isMessage(value));
    expect(sent.length).toBeGreaterThan(10);
    expect(sent.filter(([, schema]) => !described.has(schema as never)).map(([name]) => name)).toEqual([]);
  });

  it('refers only to what is there', () => {
    const references = JSON.stringify(document).match(/(?<="\$ref":")[^"]+/g) ?? [];
    expect(references.length).toBeGreaterThan(50);
    expect(references.filter((reference) => follow(reference) === undefined)).toEqual([]);
  });

  it('names the answers of every command', () => {
    const commands = channels.filter(({ tag }) => tag === 'Commands');
    expect(commands.length).toBeGreaterThan(10);
    for (const { id } of commands) expect(document.operations[id]?.reply?.messages.length).toBe(id === 'start' ? 3 : 2); // `wait` tells the end of what was started
  });
});
