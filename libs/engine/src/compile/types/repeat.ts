import { extended } from '../rules.js';
import { optional, type StepContext, type TypeFields } from '../step-context.js';
import { TemplateReader } from '../template-reader.js';
import { LIMITS } from '../vocabulary.js';

const ROUND = ['last', 'index'] as const;
const DEFAULT_ITERATIONS = 10_000;

export function readRepeat(step: StepContext): TypeFields {
  const { fields, reader } = step;
  fields.require('steps', 'a list of steps');
  if (!fields.has('while') && !fields.has('until'))
    fields.error(
      'MISSING_FIELD',
      'until',
      'expected "while" or "until", but there is neither',
      'Say when it ends: until: ${last.done}',
    );
  const rules = extended(step.rules, ROUND);
  // `until` and `delay` read the round that ended, and are looked at from inside it.
  const atEnd = new TemplateReader(fields);
  const rest = optional({
    while: reader.condition('while', rules),
    until: atEnd.condition('until', rules),
    delay: atEnd.duration('delay', rules),
    keep: reader.count('keep', 1, LIMITS.kept, step.rules),
  });
  const maxIterations = reader.count('maxIterations', 1, LIMITS.iterations, step.rules) ?? DEFAULT_ITERATIONS;
  const body = step.body(fields.get('steps'), fields.at('steps'), '#', { roots: ROUND, endReads: atEnd.log.reads });
  return { bodies: [body], block: (scopeOf) => ({ repeat: { maxIterations, scope: scopeOf(body), ...rest } }) };
}
