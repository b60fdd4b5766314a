import { UnreadJson } from '../json-text';
import { asSchema, fieldsOf, type Field } from './fields';

/** Something to be mended. `path` is a JSON Pointer into the value. */
export interface FieldFault {
  readonly path: string;
  readonly text: string;
}

const pointer = (path: string, name: string): string => `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** What can be told without the server, which judges by the whole schema. */
export function formFaults(schema: unknown, value: unknown, path = ''): FieldFault[] {
  if (value instanceof UnreadJson) return [{ path, text: value.fault }];
  const members = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  return (fieldsOf(schema) ?? []).flatMap((field) => fieldFaults(field, members[field.name], pointer(path, field.name)));
}

function fieldFaults(field: Field, value: unknown, path: string): FieldFault[] {
  if (value === undefined) return field.isRequired ? [{ path, text: $localize`${field.label}:label: is needed.` }] : [];
  if (value instanceof UnreadJson) return [{ path, text: value.fault }];
  if (field.kind === 'group') return formFaults(field.schema, value, path);
  const text = faultOf(field, value);
  return text === undefined ? [] : [{ path, text }];
}

function faultOf({ kind, schema, isInteger, label }: Field, value: unknown): string | undefined {
  if (kind === 'number' && typeof value === 'number') {
    const { minimum, maximum } = schema;
    if (isInteger && !Number.isInteger(value)) return $localize`${label}:label: is a whole number.`;
    if (minimum !== undefined && value < minimum) return $localize`${label}:label: is at least ${minimum}:minimum:.`;
    if (maximum !== undefined && value > maximum) return $localize`${label}:label: is at most ${maximum}:maximum:.`;
  }
  if (typeof value === 'string') return textFault(schema, label, value);
  return undefined;
}

function textFault(schema: Field['schema'], label: string, value: string): string | undefined {
  const { minLength = 0, maxLength = Infinity, pattern } = asSchema(schema);
  if (value.length < minLength) return $localize`${label}:label: has at least ${minLength}:count: characters.`;
  if (value.length > maxLength) return $localize`${label}:label: has at most ${maxLength}:count: characters.`;
  return pattern === undefined || matches(pattern, value)
    ? undefined
    : $localize`${label}:label: does not have the form ${pattern}:pattern:.`;
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    return true; // not a pattern of this browser: the server knows
  }
}
