import { hintFor } from '../expressions/nearest.js';
import type { RootName, Template } from '../expressions/template.js';
import { FORBIDDEN_KEYS } from '../expressions/bounds.js';
import { pointer } from '../json/bounds.js';
import type { Json } from '../model/json.js';
import type { PlanStep, StepType } from '../model/plan.js';
import { TemplateReader, type Defaults, type StepDraft } from './draft.js';
import { Fields, kindOf } from './fields.js';
import type { ProblemList } from './problem-list.js';
import { checkLaterFields } from './read-later.js';
import { NAMED_RETRIES, readRetry } from './read-retry.js';
import {
  COMMON_FIELDS,
  ID_SHAPE,
  PRIORITY,
  QUEUE_SHAPE,
  STEP_TYPES,
  SUPPORTED_TYPES,
  TASK_ONLY_FIELDS,
  TASK_SHAPE,
  TYPE_FIELDS,
} from './vocabulary.js';

/** One attempt of a task, when nothing else is said. */
export const DEFAULT_TIMEOUT_MS = 600_000;

const STEP_ROOTS: ReadonlySet<RootName> = new Set(['input', 'ctx', 'steps', 'needs', 'instance', 'now']);
const FAILURE_ROOTS: ReadonlySet<RootName> = new Set([...STEP_ROOTS, 'error']);
const withOutput = (roots: ReadonlySet<RootName>): ReadonlySet<RootName> => new Set([...roots, 'output']);

/** Reads one step by itself; what other steps it needs is resolved later. Undefined when it has no usable id. */
export function readStep(
  value: Json,
  index: number,
  path: string,
  defaults: Defaults,
  problems: ProblemList,
): StepDraft | undefined {
  const fields = Fields.of(value, path, 'a step', problems);
  if (!fields) return undefined;
  const type = readType(fields);
  const id = readId(fields);
  if (type !== undefined) checkFieldNames(fields, type);
  if (id === undefined) return undefined;
  const runOn = fields.oneOf('runOn', ['success', 'failure', 'always'], 'success');
  const roots = runOn === 'failure' ? FAILURE_ROOTS : STEP_ROOTS;
  const reader = new TemplateReader(fields, problems);
  const needs = readNeeds(fields);
  const when = reader.condition('when', roots);
  const step: StepDraft['fixed'] = {
    id,
    index,
    type: type ?? 'task',
    ...optional({ title: fields.text('title'), description: fields.text('description'), when, as: readAs(fields) }),
    runOn,
    cancelRest: fields.flag('cancelRest'),
    allowFailure: fields.flag('allowFailure'),
    ...optional({ output: reader.template('output', type === 'complete' ? roots : withOutput(roots)) }),
    ...readWork(fields, reader, roots, type, defaults),
    ...readOwnFields(fields, reader, roots, type),
  };
  checkLaterFields(fields, reader, withOutput(roots));
  checkEffect(fields, step);
  const { reads, needReads } = reader;
  return {
    id,
    index,
    path,
    needs,
    join: readJoin(fields),
    reads,
    needReads,
    fixed: step,
    isNever: when?.isLiteral === true && when.source === false,
  };
}

function readType(fields: Fields): StepType | undefined {
  const value = fields.get('type') ?? 'task';
  if (typeof value === 'string' && (SUPPORTED_TYPES as readonly string[]).includes(value)) return value as StepType;
  if (typeof value === 'string' && STEP_TYPES.includes(value)) {
    return fields.error(
      'TYPE_NOT_SUPPORTED',
      'type',
      `expected one of ${SUPPORTED_TYPES.join(', ')}, but "${value}" is not available in this version`,
      'Use the available types, or a later version',
    );
  }
  const hint =
    typeof value === 'string'
      ? hintFor(value, STEP_TYPES, `The types are ${STEP_TYPES.join(', ')}`)
      : `The types are ${STEP_TYPES.join(', ')}`;
  return fields.error('UNKNOWN_TYPE', 'type', `expected a step type, but was ${kindOf(value)}`, hint);
}

function readId(fields: Fields): string | undefined {
  fields.require('id', 'an id that is unique in its list of steps');
  const id = fields.pattern('id', ID_SHAPE, '1 to 128 letters, digits, ".", "_" or "-"');
  if (id === undefined || !FORBIDDEN_KEYS.has(id)) return id;
  return fields.error('ID_INVALID', 'id', `expected an id other than "${id}"`, 'Choose another word');
}

function checkFieldNames(fields: Fields, type: StepType): void {
  const own = TYPE_FIELDS[type] as readonly string[];
  const known = new Set([...COMMON_FIELDS, ...own]);
  for (const name of Object.keys(fields.value)) {
    if (known.has(name)) continue;
    const owners = STEP_TYPES.filter((other) => TYPE_FIELDS[other]?.includes(name));
    if (owners.length > 0) {
      fields.error(
        'FIELD_NOT_FOR_TYPE',
        name,
        `expected a field of a ${type} step, but "${name}" belongs to ${owners.join(', ')}`,
        `A ${type} step has ${own.join(', ') || 'no fields of its own'}`,
      );
    } else {
      fields.error(
        'UNKNOWN_FIELD',
        name,
        `expected a field of a ${type} step, but was "${name.slice(0, 60)}"`,
        hintFor(name, known, `The fields are ${[...own, ...COMMON_FIELDS].join(', ')}`),
      );
    }
  }
}

function readNeeds(fields: Fields): StepDraft['needs'] {
  return fields.texts('needs')?.map((id, index) => ({ id, path: pointer(fields.at('needs'), index) }));
}

function readJoin(fields: Fields): StepDraft['join'] {
  const value = fields.get('join') ?? 'all';
  if (value === 'all' || value === 'any') return value;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
  const hint =
    typeof value === 'string'
      ? hintFor(value, ['all', 'any'], 'Write all, any or a number such as 2')
      : 'Write all, any or a number such as 2';
  fields.error('JOIN_INVALID', 'join', `expected all, any or a whole number of needs, but was ${kindOf(value)}`, hint);
  return 'all';
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

/** Everything about how work is sent to workers; with its defaults for every type, so that the plan has one shape. */
function readWork(
  fields: Fields,
  reader: TemplateReader,
  roots: ReadonlySet<RootName>,
  type: StepType | undefined,
  defaults: Defaults,
) {
  const timeoutMs = fields.duration('timeout') ?? DEFAULT_TIMEOUT_MS;
  const heartbeatMs = fields.duration('heartbeat');
  const effect = fields.oneOf('effect', ['atLeastOnce', 'atMostOnce'], 'atLeastOnce');
  return {
    retry: readRetry(fields) ?? (type === 'task' ? defaults.retry : (NAMED_RETRIES['none'] as PlanStep['retry'])),
    ...(type === 'task' && { timeout: timeoutMs }),
    effect,
    onCancel: fields.oneOf('onCancel', ['abandon', 'request', 'wait'], 'request'),
    isClaimed: effect === 'atMostOnce' || heartbeatMs !== undefined || timeoutMs > DEFAULT_TIMEOUT_MS,
    ...optional({
      heartbeat: heartbeatMs,
      totalTimeout: fields.duration('totalTimeout'),
      queueTimeout: fields.duration('queueTimeout'),
      queue: reader.text('queue', roots, (queue) =>
        QUEUE_SHAPE.test(queue) ? undefined : `expected a queue name of letters, digits, "_" or "-", but was ${kindOf(queue)}`,
      ),
      priority: readPriority(fields, reader, roots),
    }),
  };
}

function readPriority(fields: Fields, reader: TemplateReader, roots: ReadonlySet<RootName>): Template | undefined {
  if (typeof fields.get('priority') === 'string') return reader.condition('priority', roots);
  fields.number('priority', PRIORITY.min, PRIORITY.max);
  return reader.template('priority', roots);
}

function readOwnFields(fields: Fields, reader: TemplateReader, roots: ReadonlySet<RootName>, type: StepType | undefined) {
  switch (type) {
    case 'task':
      fields.require('task', 'the task to run');
      return optional({ task: reader.text('task', roots, checkTask), input: reader.template('input', roots) });
    case 'set':
      return optional({ values: reader.template('values', roots), tags: reader.record('tags', roots) });
    case 'fail':
      return optional({
        code: reader.text('code', roots),
        message: reader.text('message', roots),
        details: reader.template('details', roots),
      });
    default:
      return {};
  }
}

const checkTask = (task: string): string | undefined =>
  TASK_SHAPE.test(task)
    ? undefined
    : `expected a task name: a letter, then at most 127 letters, digits, ".", "_" or "-", but was ${kindOf(task)}`;

/** Options that say nothing here: not wrong, but probably not what was meant. */
function checkEffect(fields: Fields, step: StepDraft['fixed']): void {
  const useless = step.type === 'task' ? [] : TASK_ONLY_FIELDS.filter((name) => fields.has(name));
  for (const name of useless) {
    fields.problems.warning(
      'NO_EFFECT',
      fields.at(name),
      `expected "${name}" on a task, but a ${step.type} step is not sent to a worker`,
      `Remove "${name}"`,
    );
  }
  if (step.runOn !== 'success' && (fields.has('join') || fields.has('cancelRest'))) {
    const name = fields.has('join') ? 'join' : 'cancelRest';
    fields.problems.warning(
      'NO_EFFECT',
      fields.at(name),
      `expected "${name}" with runOn: success, but runOn: ${step.runOn} waits for all needs to end`,
      `Remove "${name}"`,
    );
  }
}

/** Without the members that are undefined, so that plans compare and serialise cleanly. */
function optional<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
