import { FORBIDDEN_KEYS } from '../expressions/bounds.js';
import { hintFor } from '../expressions/nearest.js';
import { pointer } from '../json/bounds.js';
import type { Json } from '../model/json.js';
import type { StepType } from '../model/plan.js';
import type { StepDraft } from './draft.js';
import { Fields, kindOf } from './fields.js';
import { readCompensate } from './read-compensate.js';
import { readJoin } from './read-join.js';
import { readWork } from './read-work.js';
import { extended } from './rules.js';
import { optional, type BodyOptions, type StepContext, type Surroundings } from './step-context.js';
import { TemplateReader } from './template-reader.js';
import { typeReaders } from './types/index.js';
import { checkEffect } from './useless-fields.js';
import { COMMON_FIELDS, ID_SHAPE, LIMITS, STEP_TYPES, TYPE_FIELDS } from './vocabulary.js';

/** Reads a list of steps inside a block. */
export type BodyReader = (
  value: Json | undefined,
  path: string,
  key: string,
  around: Surroundings,
  options: BodyOptions,
) => StepDraft['bodies'][number];

/** Blocks whose `join` and `cancelRest` count their parts; their own needs are always joined with all. */
const COUNTS_PARTS: ReadonlySet<StepType> = new Set(['parallel', 'forEach']);

/** Reads one step by itself; what other steps it needs is resolved later. Undefined when it has no usable id. */
export function readStep(
  value: Json,
  index: number,
  path: string,
  around: Surroundings,
  readBody: BodyReader,
): StepDraft | undefined {
  const { document } = around;
  const fields = Fields.of(value, path, 'a step', document.problems);
  if (!fields) return undefined;
  const type = readType(fields);
  const id = readId(fields, LIMITS.path - around.pathLength);
  if (type === undefined) return undefined;
  checkFieldNames(fields, type);
  const runOn = fields.oneOf('runOn', ['success', 'failure', 'always'], 'success');
  const rules = runOn === 'failure' ? extended(around.rules, ['error']) : around.rules;
  const reader = new TemplateReader(fields);
  const inside: Surroundings = { ...around, depth: around.depth + 1, pathLength: around.pathLength + (id?.length ?? 0) + 1 };
  const step: StepContext = {
    id: id ?? '',
    type,
    fields,
    reader,
    rules,
    body: (steps, at, key, options = {}) => readBody(steps, at, key, inside, options),
  };
  const needs = readNeeds(fields);
  const when = reader.condition('when', rules);
  const common = {
    id: step.id,
    index,
    type,
    ...optional({ title: fields.text('title'), description: fields.text('description'), when }),
    ...optional({ as: type === 'forEach' ? undefined : readAs(fields) }),
    runOn,
    cancelRest: !COUNTS_PARTS.has(type) && fields.flag('cancelRest'),
    allowFailure: fields.flag('allowFailure'),
    ...optional({ output: reader.template('output', type === 'complete' ? rules : extended(rules, ['output'])) }),
    ...readWork(step, document),
  };
  const own = typeReaders[type](step);
  const undo = readCompensate(step, index, document);
  checkEffect(fields, common);
  if (id === undefined) return undefined;
  return {
    id,
    index,
    path,
    needs,
    join: COUNTS_PARTS.has(type) ? 'all' : readJoin(fields, 'needs'),
    ...reader.log,
    fixed: { ...common, ...own.fixed, ...(undo && { undo }) },
    isNever: when?.isLiteral === true && when.source === false,
    mayBeEmpty: own.mayBeEmpty ?? false,
    bodies: own.bodies ?? [],
    ...(own.block && { block: own.block }),
  };
}

function readType(fields: Fields): StepType | undefined {
  const value = fields.has('type') ? fields.get('type') : 'task';
  if (typeof value === 'string' && Object.hasOwn(TYPE_FIELDS, value)) return value as StepType;
  const types = `The types are ${STEP_TYPES.join(', ')}`;
  const hint = typeof value === 'string' ? hintFor(value, STEP_TYPES, types) : types;
  return fields.error('UNKNOWN_TYPE', 'type', `expected a step type, but was ${kindOf(value)}`, hint);
}

function readId(fields: Fields, charactersLeft: number): string | undefined {
  fields.require('id', 'an id that is unique in its list of steps');
  const id = fields.pattern('id', ID_SHAPE, '1 to 128 letters, digits, ".", "_" or "-"');
  if (id !== undefined && id.length > charactersLeft) {
    const message = `expected the path of a step, its id and those of all blocks around it, to have at most ${LIMITS.path} characters`;
    return fields.error('LIMIT_EXCEEDED', 'id', message, 'Choose shorter ids');
  }
  if (id === undefined || !FORBIDDEN_KEYS.has(id)) return id;
  return fields.error('ID_INVALID', 'id', `expected an id other than "${id}"`, 'Choose another word');
}

function checkFieldNames(fields: Fields, type: StepType): void {
  const own = TYPE_FIELDS[type] as readonly string[];
  const known = new Set([...COMMON_FIELDS, ...own]);
  for (const name of Object.keys(fields.value)) if (!known.has(name)) reportUnknown(fields, name, type, known, own);
}

function reportUnknown(fields: Fields, name: string, type: StepType, known: Set<string>, own: readonly string[]): void {
  const owners = STEP_TYPES.filter((other) => TYPE_FIELDS[other]?.includes(name));
  if (owners.length > 0)
    return fields.error(
      'FIELD_NOT_FOR_TYPE',
      name,
      `expected a field of a ${type} step, but "${name}" belongs to ${owners.join(', ')}`,
      `A ${type} step has ${own.join(', ') || 'no fields of its own'}`,
    );
  const message = `expected a field of a ${type} step, but was "${name.slice(0, 60)}"`;
  fields.error('UNKNOWN_FIELD', name, message, () =>
    hintFor(name, known, `The fields are ${[...own, ...COMMON_FIELDS].join(', ')}`),
  );
}

function readNeeds(fields: Fields): StepDraft['needs'] {
  return fields.texts('needs')?.map((id, index) => ({ id, path: pointer(fields.at('needs'), index) }));
}

function readAs(fields: Fields): string | false | undefined {
  const name = fields.text('as', 128);
  if (name === 'none') return false;
  if (name === undefined || (name !== '' && !FORBIDDEN_KEYS.has(name))) return name;
  return fields.error(
    'VALUE_INVALID',
    'as',
    `expected a key for the output, or none, but was ${kindOf(name)}`,
    'Choose another word',
  );
}
