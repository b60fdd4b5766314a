import type { Ajv2020 } from 'ajv/dist/2020.js';
import type { Json, JsonObject } from '../model/json.js';
import { isObject } from './fields.js';

/** Subschemas a check may evaluate: a hostile schema (references that double, recursion) must not hold up a process. */
const MAX_EVALUATIONS = 1_000_000;

/** A check took more work than one may. */
export class SchemaCostError extends Error {
  readonly code = 'SCHEMA_TOO_COSTLY';
}

const budget = { left: 0 };

export function charge(units: number): void {
  if ((budget.left -= units) < 0)
    throw new SchemaCostError('expected a value that can be checked with moderate work, but the schema needs more');
}

/** Runs a check with a fresh budget. @throws SchemaCostError */
export function withBudget<T>(check: () => T): T {
  budget.left = MAX_EVALUATIONS;
  return check();
}

const KEYWORD = '$orquestra:cost';

/** Teaches Ajv the keyword that `metered` puts into every subschema. */
export function addCostKeyword(ajv: Ajv2020): void {
  ajv.addKeyword({ keyword: KEYWORD, schemaType: 'boolean', errors: false, validate: () => (charge(1), true) });
}

const SINGLE = new Set(
  'not,if,then,else,items,contains,additionalProperties,propertyNames,unevaluatedItems,unevaluatedProperties,additionalItems'.split(
    ',',
  ),
);
const LISTS = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items']);
const MAPS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

/** A copy of a schema in which every subschema counts its evaluations. */
export function metered(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const copy: JsonObject = { [KEYWORD]: true };
  for (const [key, value] of Object.entries(schema)) copy[key] = meteredMember(key, value);
  return copy;
}

function meteredMember(key: string, value: Json): Json {
  if (Array.isArray(value)) return LISTS.has(key) ? value.map(metered) : value;
  if (SINGLE.has(key)) return metered(value);
  if (!MAPS.has(key) || !isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, metered(member)]));
}
