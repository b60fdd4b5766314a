import { pointer } from '../../json/bounds.js';
import { Fields } from '../fields.js';
import type { StepContext, TypeFields } from '../step-context.js';
import { readBodyKey } from './body-key.js';
import { readParts } from './parts.js';

export function readParallel(step: StepContext): TypeFields {
  const { fields } = step;
  fields.require('branches', 'lists of steps by name');
  const value = fields.get('branches');
  const branches = value === undefined ? undefined : Fields.of(value, fields.at('branches'), '"branches"', fields.problems);
  const bodies = Object.entries(branches?.value ?? {}).flatMap(([name, steps]) => {
    const path = pointer(fields.at('branches'), name);
    const key = readBodyKey(name, path, 'the name of a branch', fields.problems);
    const body = step.body(steps, path, key ?? '');
    return key === undefined ? [] : [body];
  });
  const parts = readParts(fields, branches && bodies.length);
  return { bodies, block: (scopeOf) => ({ parallel: { branches: bodies.map(scopeOf), ...parts } }) };
}
