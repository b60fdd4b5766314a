import type { RootRules } from '../expressions/reads.js';
import type { RootName, Template } from '../expressions/template.js';
import type { Plan } from '../model/plan.js';
import { checkReads } from './check-reads.js';
import { checkChildren, literalChildren } from './children.js';
import type { CompileOptions } from './compile.js';
import { scopesIn, type ScopeDraft } from './draft.js';
import type { Fields } from './fields.js';
import { planScope } from './graph.js';
import { checkOutsideKeys } from './outside-keys.js';
import type { ProblemList } from './problem-list.js';
import { checkReachability } from './reachability.js';
import { readCompensation } from './read-compensation.js';
import { readDefinitionName, readInput, readLabels, readVersion } from './read-header.js';
import { DEFAULT_RETRY, readRetry } from './read-retry.js';
import { readLimits } from './read-limits.js';
import { readScope } from './read-scope.js';
import { readInstanceTimeout } from './read-timeout.js';
import { STEP_RULES } from './rules.js';
import { optional, type DocumentContext } from './step-context.js';
import { checkTasks, literalTasks } from './tasks.js';
import { TemplateReader } from './template-reader.js';
import { DOCUMENT_FIELDS, QUEUE_SHAPE } from './vocabulary.js';

const START_RULES: RootRules = { roots: new Set<RootName>(['input', 'instance', 'now']) };
const OUTPUT_RULES: RootRules = { roots: new Set<RootName>(['input', 'steps', 'instance', 'now']) };

/** Reads the whole document; a usable plan when there are no errors. */
export function readDocument(fields: Fields, options: CompileOptions, problems: ProblemList): Plan {
  fields.checkNames(DOCUMENT_FIELDS, 'a definition');
  fields.require('name', 'the name of the definition');
  fields.require('version', 'a semantic version');
  fields.require('steps', 'a list of steps');
  const reader = new TemplateReader(fields);
  const start = optional({
    title: fields.text('title', 500),
    summary: reader.text('summary', START_RULES),
    checkInput: readInput(fields, problems),
    timeout: readInstanceTimeout(fields, START_RULES),
  });
  fields.text('description');
  const tags = (reader.record('tags', START_RULES) ?? {}) as Record<string, Template>;
  const atEnd = new TemplateReader(fields);
  const output = atEnd.template('output', OUTPUT_RULES);
  checkOutsideKeys(fields);
  const failFast = fields.flag('failFast');
  const document = { problems, defaults: { retry: readRetry(fields) ?? DEFAULT_RETRY }, failFast, steps: 0 };
  const top = readTop(fields, document, atEnd);
  const self = { name: readDefinitionName(fields), version: readVersion(fields) };
  checkScopes(top, problems);
  checkTasks(top, options.knownTasks, problems);
  checkChildren(self, top, options.knownDefinitions, problems);
  return {
    ...self,
    ...start,
    labels: readLabels(fields),
    tags,
    ...(output !== undefined && { output }),
    failFast,
    compensation: readCompensation(fields),
    queue: fields.pattern('queue', QUEUE_SHAPE, 'a queue name of at most 63 letters, digits, "_" or "-"') ?? 'default',
    priority: fields.priority(),
    ...readLimits(fields),
    scope: planScope(top),
    tasks: literalTasks(top),
    children: literalChildren(top),
  };
}

const readTop = (fields: Fields, document: DocumentContext, atEnd: TemplateReader): ScopeDraft =>
  readScope(
    fields.get('steps'),
    fields.at('steps'),
    '',
    { document, rules: STEP_RULES, depth: 0, pathLength: 0 },
    { endReads: atEnd.log.reads },
  );

function checkScopes(top: ScopeDraft, problems: ProblemList): void {
  checkReads(top, problems);
  for (const scope of scopesIn(top)) checkReachability(scope, problems);
}
