import fc from 'fast-check';
import type { Json } from '#libs/engine';
import { type Acquaintances, type ContractSchema, hostileText, mutated, schemaValues } from '#libs/testing';
import type { Sent } from './fuzzed-product.js';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: ContractSchema;
}
export interface DescribedOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly schema: ContractSchema; readonly examples?: Readonly<Record<string, { readonly value: Json }>> }>
    >;
  };
}
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, ContractSchema>> };
}

/** An operation and where it is. */
export interface Place {
  readonly method: string;
  readonly path: string;
  readonly operation: DescribedOperation;
}

export const placesOf = ({ paths }: OpenApi): Place[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );

/** Requests of an operation: built from its schemas, then, most of them, spoilt in one place or another. */
export function requestsOf({ method, path, operation }: Place, around: Acquaintances): fc.Arbitrary<Sent> {
  const { parameters = [] } = operation;
  const inPath = fc.record(
    Object.fromEntries(parameters.filter((each) => each.in === 'path').map((each) => [each.name, valueOf(each, around)])),
  );
  return fc
    .tuple(inPath, queries(parameters, around), bodies(operation, around), headers)
    .map(([params, query, body, given]): Sent => {
      const to = path.replace(/\{(\w+)\}/g, (_, name: string) => encode(params[name] ?? '-'));
      return { method, path: query === '' ? to : `${to}?${query}`, ...body, headers: { ...body.headers, ...given } };
    });
}

/** A lone surrogate is no text that can be put into an address; one dot or two would be taken out of it. */
const encode = (text: string): string => encodeURIComponent(text.toWellFormed()).replaceAll('.', '%2E') || '%20';

const valueOf = ({ name, schema }: Parameter, around: Acquaintances): fc.Arbitrary<string> => {
  const known = Object.hasOwn(around.known, name) ? around.known[name]!.map(String) : [];
  const fitting = schemaValues(schema, around).map(String);
  const good = known.length === 0 ? fitting : fc.oneof(fc.constantFrom(...known), fitting);
  return fc.oneof({ weight: 3, arbitrary: good }, { weight: 1, arbitrary: hostileText.map((text) => text.slice(0, 2_000)) });
};

/** What is asked to be waited for would take as long as it says. */
const isSlow = ({ name }: Parameter): boolean => name === 'wait' || name === 'timeout';

function queries(parameters: readonly Parameter[], around: Acquaintances): fc.Arbitrary<string> {
  const own = parameters.filter((each) => each.in === 'query');
  const pairs = own.map((each) => {
    if (isSlow(each)) return fc.constantFrom('0ms', '50ms', '-1s', '1e3', '٣s').map((value) => [each.name, value] as const);
    return fc.option(valueOf(each, around).map((value) => [each.name, value] as const));
  });
  const stray = fc.oneof(
    { weight: 11, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.tuple(hostileText, hostileText) },
  );
  return fc.tuple(fc.tuple(...pairs, stray), fc.nat(20)).map(([given, twice]) => {
    const found = given.filter((pair) => pair !== null);
    return (twice === 0 ? [...found, ...found] : found)
      .map((pair) => pair.map((text) => encode(text.slice(0, 2_000))).join('='))
      .join('&');
  });
}

type Body = Pick<Sent, 'body' | 'headers'>;
const oddTypes = [
  '',
  'text/plain',
  'application/json; charset=utf-16',
  'application/xml',
  'multipart/form-data',
  'application/json, text/html',
  'x',
];

function bodies({ requestBody }: DescribedOperation, around: Acquaintances): fc.Arbitrary<Body> {
  if (requestBody === undefined) return fc.constant({});
  const kinds = Object.entries(requestBody.content).map(([type, { schema, examples = {} }]) => {
    const values = [...Object.values(examples).map(({ value }) => value)];
    const fitting = schemaValues(schema, around);
    const any =
      values.length === 0
        ? fitting
        : fc.oneof({ weight: 2, arbitrary: fitting }, { weight: 1, arbitrary: fc.constantFrom(...values) });
    return fc.oneof(
      { weight: 5, arbitrary: mutated(any).map((body): Body => ({ body, headers: { 'content-type': type } })) },
      { weight: 1, arbitrary: spoiltBytes(any, type) },
    );
  });
  return fc.oneof({ weight: 20, arbitrary: fc.oneof(...kinds) }, { weight: 1, arbitrary: fc.constant({}) });
}

/** Cut off, with bytes that are no text, or said to be something else. */
const spoiltBytes = (values: fc.Arbitrary<Json>, type: string): fc.Arbitrary<Body> =>
  fc
    .record({
      text: mutated(values),
      cut: fc.nat(200),
      bytes: fc.uint8Array({ maxLength: 4 }),
      odd: fc.option(fc.constantFrom(...oddTypes)),
      isCompressed: fc.nat(9),
    })
    .map(({ text, cut, bytes, odd, isCompressed }): Body => ({
      body: Buffer.concat([Buffer.from(text.slice(0, cut)), bytes, Buffer.from(text.slice(cut))]),
      headers: { 'content-type': odd ?? type, ...(isCompressed === 0 && { 'content-encoding': 'gzip' }) },
    }));

const headers: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.uuid().map((key) => ({ 'idempotency-key': key })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('x', 'a b', '%0a', 'k'.repeat(201), '__proto__').map((key) => ({ 'idempotency-key': key })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('00-x', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00`, 'a"}\\n{', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`)
      .map((traceparent) => ({ traceparent })),
  },
);
