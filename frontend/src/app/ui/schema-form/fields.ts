/** A JSON Schema as fields of a form. What has no field of its own is typed as JSON. */
export type FieldKind = 'text' | 'long' | 'lines' | 'number' | 'moment' | 'tick' | 'choice' | 'group' | 'json';

export interface Field {
  /** Member of the value. */
  readonly name: string;
  readonly kind: FieldKind;
  readonly label: string;
  readonly help: string;
  readonly isRequired: boolean;
  /** Of `choice`: JSON values that are offered. */
  readonly choices: readonly unknown[];
  /** Of `text`: the input's type. */
  readonly inputType: 'text' | 'email' | 'url' | 'date';
  readonly isInteger: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  /** Of `group`: the schema inside. */
  readonly schema: JsonSchema;
}

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
}

const inputTypes: Readonly<Record<string, Field['inputType']>> = { email: 'email', uri: 'url', date: 'date' };
/** Longer texts get room. */
const longText = 200;

export const asSchema = (schema: unknown): JsonSchema =>
  typeof schema === 'object' && schema !== null && !Array.isArray(schema) ? schema : {};

/**
 * Fields of an object's members: what is required first, in the order it is named there, for the order of members is lost on the way
 * through the database. undefined: it is no object with named members.
 */
export function fieldsOf(schema: unknown): Field[] | undefined {
  const { properties, required = [] } = asSchema(schema);
  if (properties === undefined || Object.keys(properties).length === 0) return undefined;
  const names = new Set([...required.filter((name) => Object.hasOwn(properties, name)), ...Object.keys(properties)]);
  return [...names].map((name) => fieldOf(name, asSchema(properties[name]), required.includes(name)));
}

function fieldOf(name: string, schema: JsonSchema, isRequired: boolean): Field {
  const { title, description = '', minimum, maximum, maxLength } = schema;
  return {
    name,
    kind: kindOf(schema),
    label: title ?? name,
    help: description,
    isRequired,
    choices: schema.const === undefined ? (schema.enum ?? []) : [schema.const],
    inputType: inputTypes[schema.format ?? ''] ?? 'text',
    isInteger: typesOf(schema).includes('integer'),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(maxLength !== undefined && { maxLength }),
    schema,
  };
}

const typesOf = ({ type }: JsonSchema): readonly string[] => (type === undefined ? [] : typeof type === 'string' ? [type] : type);

function kindOf(schema: JsonSchema): FieldKind {
  if (schema.enum !== undefined || schema.const !== undefined) return 'choice';
  const types = typesOf(schema).filter((type) => type !== 'null');
  switch (types.length === 1 ? types[0] : undefined) {
    case 'string':
      if (schema.format === 'date-time') return 'moment';
      return (schema.maxLength ?? 0) > longText ? 'long' : 'text';
    case 'number':
    case 'integer':
      return 'number';
    case 'boolean':
      return 'tick';
    case 'array':
      return isPlainText(asSchema(schema.items)) ? 'lines' : 'json';
    case 'object':
      return fieldsOf(schema) === undefined ? 'json' : 'group';
    default:
      return 'json';
  }
}

const isPlainText = (items: JsonSchema): boolean => typesOf(items).join() === 'string' && items.enum === undefined;

/** To begin with: defaults, and `false` for what is ticked. */
export function initialValue(schema: unknown): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const field of fieldsOf(schema) ?? []) {
    const fallback = field.schema.default;
    if (fallback !== undefined) value[field.name] = fallback;
    else if (field.kind === 'tick') value[field.name] = false;
    else if (field.kind === 'group' && field.isRequired) value[field.name] = initialValue(field.schema);
  }
  return value;
}
