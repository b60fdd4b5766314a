import fc from 'fast-check';
import type { Json, JsonObject } from '#libs/engine';

/** The part of JSON Schema 2020-12 that our own contracts are written in. */
export interface ContractSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly anyOf?: readonly ContractSchema[];
  readonly oneOf?: readonly ContractSchema[];
  readonly allOf?: readonly ContractSchema[];
  readonly properties?: Readonly<Record<string, ContractSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | ContractSchema;
  readonly propertyNames?: ContractSchema;
  readonly items?: ContractSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly pattern?: string;
  readonly format?: string;
}

export interface Acquaintances {
  /** By the name of a schema: `#/components/schemas/Start` is `Start`. */
  readonly schemas: Readonly<Record<string, ContractSchema>>;
  /** Values that lead somewhere, by the name of the field that takes them. */
  readonly known: Readonly<Record<string, readonly Json[]>>;
}

const formats: Readonly<Record<string, readonly string[]>> = {
  'date-time': ['2026-11-22T03:00:00Z', '2027-01-31T09:00:00.123Z', '2026-01-01T00:00:00+02:00'],
  uuid: ['01990000-0000-7000-8000-000000000000', '6b3a2a5e-0d0f-4f0e-9b0a-2d3c4b5a6978'],
  uri: ['https://receiver.invalid/in', 'http://127.0.0.1:1/'],
};

/** Schemas that hold themselves end here, whether or not `null` fits. */
const deepest = -6;

/** Values that fit a schema of a contract; of fields whose name is known, mostly known ones. */
export function schemaValues(schema: ContractSchema, around: Acquaintances, depth = 4): fc.Arbitrary<Json> {
  if (depth < deepest) return fc.constant(null);
  if (schema.$ref !== undefined) return schemaValues(around.schemas[schema.$ref.split('/').at(-1)!] ?? {}, around, depth - 1);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return fc.oneof(...branches.map((branch) => schemaValues(branch, around, depth)));
  if (schema.allOf) return fc.tuple(...schema.allOf.map((part) => schemaValues(part, around, depth))).map(merge);
  const [type] = [schema.type ?? (schema.properties ? 'object' : undefined)].flat();
  switch (type) {
    case 'object':
      return objects(schema, around, depth);
    case 'array':
      return arrays(schema, around, depth);
    case 'string':
      return texts(schema);
    case 'integer':
    case 'number':
      return numbers(schema, type);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>;
  }
}

const merge = (parts: readonly Json[]): Json => Object.assign({}, ...(parts as object[])) as Json;

function objects(schema: ContractSchema, around: Acquaintances, depth: number): fc.Arbitrary<Json> {
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {}).filter(([name]) => depth > 0 || required.has(name));
  const values = Object.fromEntries(fields.map(([name, field]) => [name, fieldValues(name, field, around, depth - 1)]));
  const own = fc.record(values, { requiredKeys: fields.map(([name]) => name).filter((name) => required.has(name)) });
  const { additionalProperties: more } = schema;
  if (typeof more !== 'object' || depth <= 0) return own as fc.Arbitrary<Json>;
  const key = schema.propertyNames
    ? (schemaValues(schema.propertyNames, around, 0) as fc.Arbitrary<string>)
    : fc.string({ maxLength: 8 });
  const others = fc.dictionary(key, schemaValues(more, around, depth - 1), { maxKeys: 3, noNullPrototype: true });
  return fc.tuple(own, others).map(([a, b]) => ({ ...b, ...a }) as JsonObject);
}

function fieldValues(name: string, schema: ContractSchema, around: Acquaintances, depth: number): fc.Arbitrary<Json> {
  const known = Object.hasOwn(around.known, name) ? around.known[name]! : [];
  const values = schemaValues(schema, around, depth);
  return known.length === 0
    ? values
    : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: values });
}

function arrays(
  { items = {}, minItems = 0, maxItems = 3 }: ContractSchema,
  around: Acquaintances,
  depth: number,
): fc.Arbitrary<Json> {
  return fc.array(schemaValues(items, around, depth - 1), {
    minLength: minItems,
    maxLength: Math.max(minItems, Math.min(maxItems, 3)),
  });
}

function texts({ pattern, format, minLength = 0, maxLength = 40 }: ContractSchema): fc.Arbitrary<string> {
  if (format !== undefined && formats[format]) return fc.constantFrom(...formats[format]);
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)) });
}

function numbers(
  { minimum = -1_000_000, maximum = 1_000_000, exclusiveMinimum }: ContractSchema,
  type: string,
): fc.Arbitrary<number> {
  const min = exclusiveMinimum === undefined ? Math.max(minimum, -(2 ** 53) + 1) : exclusiveMinimum + 1;
  const max = Math.max(min, Math.min(maximum, 2 ** 53 - 1));
  if (type === 'integer') return fc.integer({ min: Math.max(min, -(2 ** 31)), max: Math.min(max, 2 ** 31 - 1) });
  return fc.double({ min, max, noNaN: true });
}
