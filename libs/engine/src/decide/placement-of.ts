import { LABEL_SHAPE } from '../compile/vocabulary.js';
import type { Json } from '../model/json.js';
import type { PlanStep } from '../model/plan.js';
import { BYTES_FORMS, parseBytes } from '../parse/bytes.js';
import type { Placement } from '../placement/placement.js';
import type { Draft } from './draft.js';
import { type At, evaluate } from './evaluation.js';
import { keyOf, kindOf, shortText } from './values.js';

const valueAtMost = 255;

/** Where a step must run, computed when it is scheduled; undefined: anywhere. @throws ExpressionError, TypeError */
export function placementOf(draft: Draft, step: PlanStep, at: At): Placement | undefined {
  const { affinity, requires, slots = 1 } = step;
  if (affinity === undefined && requires === undefined && slots === 1) return undefined;
  const { memory, ...labels } = Object.fromEntries(
    Object.entries(requires ?? {}).map(([name, template]) => [name, evaluate(draft, template, at)]),
  );
  const found: Placement = {
    ...(affinity && { affinity: keyOf(evaluate(draft, affinity, at), 'affinity') }),
    ...(Object.keys(labels).length > 0 && { requires: labelsOf(labels) }),
    ...(memory !== undefined && { memory: memoryOf(memory) }),
    ...(slots > 1 && { slots }),
  };
  return Object.keys(found).length > 0 ? found : undefined;
}

function labelsOf(values: Readonly<Record<string, Json>>): Record<string, string> {
  const textOf = ([name, value]: [string, Json]): [string, string] => {
    if (!LABEL_SHAPE.test(name))
      throw new TypeError(`expected the name of a label in \`requires\`, but was "${name.slice(0, 100)}"`);
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
      throw new TypeError(`expected \`requires.${name}\` to be a text, but was ${kindOf(value)}`);
    return [name, shortText(String(value), `requires.${name}`, valueAtMost)];
  };
  return Object.fromEntries(Object.entries(values).map(textOf));
}

function memoryOf(value: Json): number {
  const bytes = typeof value === 'number' || typeof value === 'string' ? parseBytes(String(value)) : undefined;
  if (bytes !== undefined) return bytes;
  throw new TypeError(`expected \`requires.memory\` to be ${BYTES_FORMS}, but was ${JSON.stringify(value).slice(0, 100)}`);
}
