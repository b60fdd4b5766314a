import type { RootRules } from '../expressions/reads.js';
import type { Plan } from '../model/plan.js';
import { Fields, isObject } from './fields.js';
import { TemplateReader } from './template-reader.js';

const FIELDS = new Set(['after', 'then']);

/** The instance's `timeout`: a duration, or `{after, then: fail|alert}`. */
export function readInstanceTimeout(document: Fields, rules: RootRules): Plan['timeout'] {
  const value = document.get('timeout');
  if (!isObject(value)) {
    const after = new TemplateReader(document).duration('timeout', rules);
    return after === undefined ? undefined : { after, then: 'fail' };
  }
  const fields = new Fields(value, document.at('timeout'), document.problems);
  fields.checkNames(FIELDS, 'a timeout');
  fields.require('after', 'a duration');
  const after = new TemplateReader(fields).duration('after', rules);
  const then = fields.oneOf('then', ['fail', 'alert'], 'fail');
  return after === undefined ? undefined : { after, then };
}
