import { pointer } from '../json/bounds.js';
import type { Json } from '../model/json.js';
import type { ScopeDraft } from './draft.js';
import { kindOf } from './fields.js';
import { buildGraph } from './graph.js';
import { readStep, type BodyReader } from './read-step.js';
import { extended } from './rules.js';
import type { BodyOptions, DocumentContext, Surroundings } from './step-context.js';
import { LIMITS } from './vocabulary.js';

/** Characters that stand for an item or a round in a path. */
const NUMBER_LENGTH = 7;

/** Reads a list of steps with everything inside them. An absent list is empty. */
export function readScope(
  value: Json | undefined,
  path: string,
  key: string,
  around: Surroundings,
  { endReads = [], failFast }: Pick<BodyOptions, 'endReads' | 'failFast'> = {},
): ScopeDraft {
  const { document } = around;
  const steps = listOf(value, path, around);
  const drafts = steps
    .map((step, index) => readStep(step, index, pointer(path, index), around, readBody))
    .filter((step) => step !== undefined);
  return { key, failFast: failFast ?? document.failFast, graph: buildGraph(drafts, document.problems), endReads };
}

const readBody: BodyReader = (value, path, key, around, { roots = [], name, ...options }) => {
  const pathLength = around.pathLength + (key === '#' ? NUMBER_LENGTH : key.length) + 1;
  return readScope(value, path, key, { ...around, pathLength, rules: extended(around.rules, roots, name) }, options);
};

function listOf(value: Json | undefined, path: string, { document, depth }: Surroundings): readonly Json[] {
  const { problems } = document;
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    const hint = 'Write each step as an item: - { id: a, task: echo }';
    problems.error('WRONG_TYPE', path, `expected a list of steps, but was ${kindOf(value)}`, hint);
    return [];
  }
  if (depth > LIMITS.nesting) {
    const message = `expected blocks at most ${LIMITS.nesting} deep inside one another, but were more`;
    problems.error('NESTED_TOO_DEEP', path, message, 'Move the inner part into a definition of its own');
    return [];
  }
  return countSteps(value, path, document);
}

function countSteps(steps: readonly Json[], path: string, document: DocumentContext): readonly Json[] {
  const left = LIMITS.steps - document.steps;
  document.steps += steps.length;
  if (steps.length <= left) return steps;
  if (left >= 0)
    document.problems.error(
      'TOO_MANY_STEPS',
      path,
      `expected at most ${LIMITS.steps} steps in all, but were more: ${document.steps} so far`,
      'Split the definition, or use forEach',
    );
  return steps.slice(0, Math.max(0, left));
}
