import semver from 'semver';
import { FORBIDDEN_KEYS } from '../expressions/bounds.js';
import type { RootName, Template } from '../expressions/template.js';
import { pointer } from '../json/bounds.js';
import { storableFaults } from '../json/storable-faults.js';
import type { Json } from '../model/json.js';
import type { Plan, SchemaCheck } from '../model/plan.js';
import type { Problem } from '../model/problem.js';
import { checkOutputReads, checkStepReads } from './check-reads.js';
import { TemplateReader, type StepDraft } from './draft.js';
import { Fields, kindOf } from './fields.js';
import { buildGraph, planScope } from './graph.js';
import { ProblemList } from './problem-list.js';
import { checkLaterDocumentKeys } from './read-later.js';
import { DEFAULT_RETRY, readRetry } from './read-retry.js';
import { readSchema } from './read-schema.js';
import { readStep } from './read-step.js';
import { readInstanceTimeout } from './read-timeout.js';
import { checkReachability } from './reachability.js';
import { checkTasks, literalTasks } from './tasks.js';
import { DOCUMENT_FIELDS, LIMITS, NAME_SHAPE, PRIORITY, QUEUE_SHAPE } from './vocabulary.js';

export interface CompileOptions {
  /** Warnings count as errors. */
  readonly strict?: boolean;
  /** Tasks that live workers serve; when given, others are warned of. */
  readonly knownTasks?: Iterable<string>;
}

export interface Compiled {
  /** Present when there are no errors. */
  readonly plan?: Plan;
  /** Everything that is wrong or doubtful, errors first. */
  readonly problems: Problem[];
}

/**
 * Checks a definition and makes the plan of it. All problems are told at once. Never throws.
 * @param document what `parseDefinition` (or `JSON.parse`) made of the text
 */
export function compile(document: unknown, options: CompileOptions = {}): Compiled {
  const problems = new ProblemList(options.strict ?? false);
  const faults = storableFaults(document);
  for (const { path, message } of faults) problems.error('NOT_STORABLE', path, message);
  if (faults.length > 0) return { problems: problems.all() };
  const size = Buffer.byteLength(JSON.stringify(document));
  if (size > LIMITS.definitionBytes)
    problems.error('LIMIT_EXCEEDED', '', `expected a definition of at most ${LIMITS.definitionBytes} bytes, but was ${size}`);
  const fields = Fields.of(document as Json, '', 'a definition', problems);
  if (!fields) return { problems: problems.all() };
  reportForbiddenKeys(document as Json, '', problems);
  const plan = readDocument(fields, options, problems);
  return problems.hasErrors ? { problems: problems.all() } : { plan, problems: problems.all() };
}

const START_ROOTS: ReadonlySet<RootName> = new Set(['input', 'instance', 'now']);
const OUTPUT_ROOTS: ReadonlySet<RootName> = new Set(['input', 'steps', 'instance', 'now']);

function readDocument(fields: Fields, options: CompileOptions, problems: ProblemList): Plan {
  fields.checkNames(DOCUMENT_FIELDS, 'a definition');
  fields.require('name', 'the name of the definition');
  fields.require('version', 'a semantic version');
  const title = fields.text('title', 500);
  fields.text('description');
  const start = new TemplateReader(fields, problems);
  const summary = start.text('summary', START_ROOTS);
  const checkInput = readInput(fields, problems);
  const timeout = readInstanceTimeout(fields);
  const end = new TemplateReader(fields, problems);
  const output = end.template('output', OUTPUT_ROOTS);
  checkLaterDocumentKeys(fields);
  const graph = buildGraph(readSteps(fields, problems), problems);
  checkStepReads(graph, problems);
  checkOutputReads(graph, end.reads, problems);
  checkReachability(graph, problems);
  const tasks = literalTasks(graph.drafts);
  checkTasks(graph.drafts, options.knownTasks, problems);
  return {
    name:
      fields.pattern(
        'name',
        NAME_SHAPE,
        'a lower-case letter, then at most 99 lower-case letters, digits, ".", "_" or "-"',
        nameHint(fields),
      ) ?? '',
    version: readVersion(fields),
    ...(title !== undefined && { title }),
    ...(summary !== undefined && { summary }),
    labels: readLabels(fields),
    tags: (start.record('tags', START_ROOTS) ?? {}) as Record<string, Template>,
    ...(checkInput !== undefined && { checkInput }),
    ...(output !== undefined && { output }),
    ...(timeout !== undefined && { timeout }),
    failFast: fields.flag('failFast'),
    queue: fields.pattern('queue', QUEUE_SHAPE, 'a queue name of at most 63 letters, digits, "_" or "-"') ?? 'default',
    priority: fields.number('priority', PRIORITY.min, PRIORITY.max) ?? 0,
    scope: planScope(graph, fields.flag('failFast')),
    tasks,
    children: [],
    compensation: { on: new Set(['failure', 'timeout'] as const), order: 'reverse', onFailure: 'continue' },
  };
}

function nameHint(fields: Fields): string | undefined {
  const name = fields.get('name');
  if (typeof name !== 'string') return undefined;
  const mended = name
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 100);
  return NAME_SHAPE.test(mended) ? `Write "${mended}"` : undefined;
}

function readVersion(fields: Fields): string {
  const version = fields.text('version');
  if (version === undefined || semver.valid(version) === version || isWithBuild(version)) return version ?? '';
  const coerced = semver.coerce(version)?.version;
  fields.error(
    'VERSION_INVALID',
    'version',
    `expected a semantic version such as 1.2.0, but was ${kindOf(version)}`,
    coerced === undefined ? undefined : `Write "${coerced}"`,
  );
  return '';
}

/** semver.valid drops build metadata, which is allowed all the same. */
const isWithBuild = (version: string): boolean => {
  const parsed = semver.parse(version);
  return parsed !== null && parsed.build.length > 0 && `${parsed.version}+${parsed.build.join('.')}` === version;
};

const INPUT_FIELDS = new Set(['schema']);

function readInput(document: Fields, problems: ProblemList): SchemaCheck | undefined {
  const value = document.get('input');
  if (value === undefined) return undefined;
  const fields = Fields.of(value, document.at('input'), '"input"', problems);
  fields?.checkNames(INPUT_FIELDS, 'input');
  const schema = fields?.get('schema');
  return schema === undefined ? undefined : readSchema(schema, pointer(document.at('input'), 'schema'), problems);
}

function readLabels(document: Fields): Record<string, string> {
  const value = document.get('labels');
  const fields = value === undefined ? undefined : Fields.of(value, document.at('labels'), '"labels"', document.problems);
  const names = Object.keys(fields?.value ?? {});
  return Object.fromEntries(names.map((name) => [name, fields?.text(name, 1_000) ?? '']));
}

function readSteps(document: Fields, problems: ProblemList): StepDraft[] {
  document.require('steps', 'a list of steps');
  const value = document.get('steps') ?? [];
  const path = document.at('steps');
  if (!Array.isArray(value)) {
    problems.error(
      'WRONG_TYPE',
      path,
      `expected "steps" to be a list, but was ${kindOf(value)}`,
      'Write each step as an item: - { id: a, task: echo }',
    );
    return [];
  }
  if (value.length > LIMITS.steps)
    problems.error(
      'LIMIT_EXCEEDED',
      path,
      `expected at most ${LIMITS.steps} steps, but were ${value.length}`,
      'Split the definition, or use forEach',
    );
  const defaults = { retry: readRetry(document) ?? DEFAULT_RETRY };
  return value
    .slice(0, LIMITS.steps)
    .map((step, index) => readStep(step, index, pointer(path, index), defaults, problems))
    .filter((step) => step !== undefined);
}

/** Keys through which prototypes are reached are refused wherever they stand. */
function reportForbiddenKeys(value: Json, path: string, problems: ProblemList): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    const at = pointer(path, key);
    if (FORBIDDEN_KEYS.has(String(key)) && !Array.isArray(value))
      problems.error('FORBIDDEN_KEY', at, `expected a key other than "${key}"`, 'Choose another word');
    reportForbiddenKeys(member, at, problems);
  }
}
