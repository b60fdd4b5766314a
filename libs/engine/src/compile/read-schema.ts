import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { RE2JS } from 're2js';
import { compilePattern } from '../expressions/functions/pattern.js';
import { canonicalJson } from '../json/canonical.js';
import { pointer } from '../json/bounds.js';
import type { Json } from '../model/json.js';
import type { SchemaCheck } from '../model/plan.js';
import { isObject, kindOf } from './fields.js';
import type { ProblemList } from './problem-list.js';
import { addCostKeyword, charge, metered, SchemaCostError, withBudget } from './schema-cost.js';

/** Characters of a schema as JSON. */
const MAX_SCHEMA_LENGTH = 256 * 1024;
/** Values up to this size are told everything that is wrong with them; of larger ones only the first fault. */
const MAX_DETAILED_LENGTH = 64 * 1024;
const MAX_FAULTS = 50;

/** A pattern of a user on RE2: none can hang the process that checks an input. */
class SchemaPattern {
  private readonly regex: RE2JS;

  constructor(private readonly source: string) {
    this.regex = compilePattern(source);
  }

  test(text: string): boolean {
    charge(Math.floor((text.length * this.regex.programSize()) / 256));
    return this.regex.matcher(text).find();
  }

  /** Ajv tells patterns apart by it. */
  toString(): string {
    return `RE2:${this.source}`;
  }
}

const regExp = Object.assign((pattern: string) => new SchemaPattern(pattern), { code: 'new RegExp' });

function createAjv(allErrors: boolean): Ajv2020 {
  const ajv = new Ajv2020({
    strict: false,
    allErrors,
    validateFormats: true,
    code: { regExp },
    inlineRefs: false,
    logger: false,
  });
  formats.default(ajv);
  addCostKeyword(ajv);
  // The pattern that comes with it takes seconds for 100,000 characters.
  ajv.addFormat('url', (text: string) => text.length <= 8_192 && URL.canParse(text));
  // Ajv compares every pair of objects; by canonical text it is linear.
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (isWanted: boolean, items: Json[]) => !isWanted || new Set(items.map(canonicalJson)).size === items.length,
    error: { message: 'must not have items twice' },
  });
  return ajv;
}

/** Schemas after which a shared instance is given up: it remembers the code and patterns of each. */
const MAX_SHARED_USES = 500;
const shared = new Map<boolean, { readonly ajv: Ajv2020; uses: number }>();

/** Making an instance costs tens of milliseconds: one is shared by all schemas that name nothing globally. */
function ajvFor(schema: boolean | Record<string, Json>, allErrors: boolean): Ajv2020 {
  if (/"\$(id|anchor|dynamicAnchor)"/.test(JSON.stringify(schema))) return createAjv(allErrors);
  let entry = shared.get(allErrors);
  if (entry === undefined || entry.uses >= MAX_SHARED_USES)
    shared.set(allErrors, (entry = { ajv: createAjv(allErrors), uses: 0 }));
  entry.uses += 1;
  return entry.ajv;
}

function compileOnce(schema: boolean | Record<string, Json>, allErrors: boolean): ValidateFunction {
  const ajv = ajvFor(schema, allErrors);
  try {
    return ajv.compile(schema);
  } finally {
    if (typeof schema === 'object') ajv.removeSchema(schema); // the shared instance would keep every schema for ever
  }
}

/**
 * Compiles a user's JSON Schema (2020-12, formats checked, unknown keywords ignored).
 * Undefined, and problems, when it is no schema.
 */
export function readSchema(schema: Json, path: string, problems: ProblemList): SchemaCheck | undefined {
  if (!isObject(schema) && typeof schema !== 'boolean') {
    problems.error('SCHEMA_INVALID', path, `expected a JSON Schema, but was ${kindOf(schema)}`, 'Write { type: object, … }');
    return undefined;
  }
  const length = JSON.stringify(schema).length;
  if (length > MAX_SCHEMA_LENGTH) {
    problems.error('LIMIT_EXCEEDED', path, `expected a schema of at most ${MAX_SCHEMA_LENGTH} characters, but was ${length}`);
    return undefined;
  }
  return compileSchema(schema, path, problems);
}

function compileSchema(schema: boolean | Record<string, Json>, path: string, problems: ProblemList): SchemaCheck | undefined {
  const ajv = ajvFor(schema, false);
  if (ajv.validateSchema(schema) !== true) {
    for (const error of firstOfEachPlace(ajv.errors ?? []).slice(0, 10)) {
      const at = error.instancePath === '' ? 'it' : error.instancePath;
      const allowed = error.params['allowedValues'] as Json[] | undefined;
      problems.error(
        'SCHEMA_INVALID',
        path + error.instancePath,
        `expected a JSON Schema, but ${at} ${error.message ?? 'is wrong'}`,
        allowed ? `Use one of ${allowed.join(', ')}` : 'See json-schema.org for draft 2020-12',
      );
    }
    return undefined;
  }
  try {
    return checkWith(metered(schema) as typeof schema);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    problems.error(
      'SCHEMA_INVALID',
      path,
      `expected a JSON Schema that compiles, but ${message}`,
      'Only references within the schema are followed; patterns are RE2',
    );
    return undefined;
  }
}

/** One wrong value breaks several rules of what a schema is; the first of them says most. */
const firstOfEachPlace = (errors: readonly ErrorObject[]): ErrorObject[] => {
  const places = new Map<string, ErrorObject>();
  for (const error of errors) if (!places.has(error.instancePath)) places.set(error.instancePath, error);
  return [...places.values()];
};

function checkWith(schema: boolean | Record<string, Json>): SchemaCheck {
  const validate = compileOnce(schema, false);
  let detailed: ValidateFunction | undefined;
  return (value) => {
    try {
      if (withBudget(() => validate(value))) return [];
      if (JSON.stringify(value).length > MAX_DETAILED_LENGTH) return faultsOf(validate);
      const tellAll = (detailed ??= compileOnce(schema, true));
      return withBudget(() => tellAll(value)) ? faultsOf(validate) : faultsOf(tellAll);
    } catch (error) {
      // RangeError: a schema that refers to itself without end.
      if (error instanceof SchemaCostError || error instanceof RangeError) return [{ path: '', message: tooCostly }];
      throw error;
    }
  };
}

const tooCostly = 'cannot be checked: the schema of the definition needs too much work for it';

function faultsOf(validate: ValidateFunction): { path: string; message: string }[] {
  return (validate.errors ?? []).slice(0, MAX_FAULTS).map((error) => {
    const missing = error.params['missingProperty'] as string | undefined;
    const extra = error.params['additionalProperty'] as string | undefined;
    const allowed = error.params['allowedValues'] as Json[] | undefined;
    const path =
      missing !== undefined
        ? pointer(error.instancePath, missing)
        : extra !== undefined
          ? pointer(error.instancePath, extra)
          : error.instancePath;
    return { path, message: `${error.message ?? 'is not valid'}${allowed ? `: ${JSON.stringify(allowed).slice(0, 200)}` : ''}` };
  });
}
