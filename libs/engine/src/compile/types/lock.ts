import { LIMITS } from '../vocabulary.js';
import type { StepContext, TypeFields } from '../step-context.js';

export function readLock(step: StepContext): TypeFields {
  const { fields, reader, rules } = step;
  fields.require('key', 'the name of the lock');
  fields.require('steps', 'a list of steps');
  const key = reader.text('key', rules);
  const limit = reader.count('limit', 1, LIMITS.holders, rules) ?? 1;
  const body = step.body(fields.get('steps'), fields.at('steps'), 'body');
  return { bodies: [body], block: (scopeOf) => (key ? { lock: { key, limit, scope: scopeOf(body) } } : {}) };
}
