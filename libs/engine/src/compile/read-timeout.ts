import type { Plan } from '../model/plan.js';
import { Fields, isObject } from './fields.js';

const FIELDS = new Set(['after', 'then']);

/** The instance's `timeout`: a duration, or `{after, then: fail|alert}`. */
export function readInstanceTimeout(document: Fields): Plan['timeout'] {
  const value = document.get('timeout');
  if (!isObject(value)) {
    const afterMs = document.duration('timeout');
    return afterMs === undefined ? undefined : { afterMs, then: 'fail' };
  }
  const fields = new Fields(value, document.at('timeout'), document.problems);
  fields.checkNames(FIELDS, 'a timeout');
  fields.require('after', 'a duration');
  const afterMs = fields.duration('after');
  const then = fields.oneOf('then', ['fail', 'alert'], 'fail');
  return afterMs === undefined ? undefined : { afterMs, then };
}
