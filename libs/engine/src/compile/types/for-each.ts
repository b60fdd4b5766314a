import { isExpression } from '../template-reader.js';
import type { Template } from '../../expressions/template.js';
import type { ForEachPlan } from '../../model/plan.js';
import { toleranceIn } from '../../parse/tolerance.js';
import { kindOf } from '../fields.js';
import { readName } from '../rules.js';
import { optional, type StepContext, type TypeFields } from '../step-context.js';
import { LIMITS } from '../vocabulary.js';
import { readParts } from './parts.js';

export function readForEach(step: StepContext): TypeFields {
  const { fields, reader, rules } = step;
  fields.require('items', 'a list of items');
  fields.require('steps', 'a list of steps');
  const items = readItems(step);
  const as = readName(fields, 'item');
  const list = fields.get('items');
  const parts = readParts(fields, Array.isArray(list) ? list.length : undefined);
  const rest = optional({
    as,
    concurrency: reader.whole('concurrency', 1, LIMITS.items, rules),
    tolerate: readTolerance(step),
  });
  const keep = fields.oneOf('keep', ['all', 'failed', 'none'], 'all');
  const body = step.body(fields.get('steps'), fields.at('steps'), '#', { roots: ['item', 'index'], name: as });
  return {
    bodies: [body],
    block: (scopeOf) => (items ? { forEach: { items, scope: scopeOf(body), keep, ...parts, ...rest } } : {}),
  };
}

function readItems({ fields, reader, rules }: StepContext): Template | undefined {
  const items = fields.get('items');
  if (items === undefined) return undefined;
  if (Array.isArray(items) && items.length > LIMITS.items) {
    const message = `expected at most ${LIMITS.items} items, but were ${items.length}`;
    return fields.error('TOO_MANY_ITEMS', 'items', message, 'Split them over several steps or instances');
  }
  if (Array.isArray(items) || isExpression(items)) return reader.template('items', rules);
  const hint = 'Write items: ${input.lines}, or a list in brackets';
  return fields.error('WRONG_TYPE', 'items', `expected "items" to be a list or one expression, but was ${kindOf(items)}`, hint);
}

/** A number of failures, a share of the items such as `5%`, or an expression that yields either. */
function readTolerance({ fields, reader, rules }: StepContext): ForEachPlan['tolerate'] {
  const value = fields.get('tolerate');
  if (isExpression(value)) {
    const computed = reader.template('tolerate', rules);
    return computed && { computed };
  }
  if (typeof value !== 'string') {
    const count = fields.number('tolerate', 0, LIMITS.items);
    return count === undefined ? undefined : { count };
  }
  const message = `expected a number of failures or a share from 0% to 100%, but was ${kindOf(value)}`;
  return toleranceIn(value) ?? fields.error('VALUE_INVALID', 'tolerate', message, 'Write 3 or "5%"');
}
