import { compile, type Json, type Plan } from '#libs/engine';
import type { ApiProblem } from '../http/api-problem.js';
import { requireInput } from './require-input.js';

const schema = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string' }, 'a/b': { type: 'array', items: { type: 'integer' } } },
};
const plan = compile({ name: 'order', version: '1.0.0', input: { schema }, steps: [] }).plan as Plan;
const problemOf = (input: Json): ApiProblem | undefined => {
  try {
    requireInput(plan, input);
    return undefined;
  } catch (error) {
    return error as ApiProblem;
  }
};

describe('the input of a start', () => {
  it('passes when it fits', () => expect(problemOf({ id: 'x' })).toBeUndefined());

  it.each<[string, Json, string, string]>([
    ['what is missing', {}, '/input/id', "must have required property 'id', but there was nothing"],
    ['another type', { id: 7 }, '/input/id', 'must be string, but was 7'],
    ['what is deep inside', { id: 'x', 'a/b': [1, 'two'] }, '/input/a~1b/1', 'must be integer, but was "two"'],
    ['no object at all', 'hello', '/input', 'must be object, but was "hello"'],
    ['a long value, shortened', { id: ['y'.repeat(200)] }, '/input/id', `must be string, but was ["${'y'.repeat(75)}…`],
  ])('says where and what was found: %s', (_, input, path, message) => {
    const problem = problemOf(input);
    expect(problem?.message).toBe(`expected an input that fits the schema of order@1.0.0; at ${path}: ${message}`);
    expect(problem?.errors).toMatchObject([{ code: 'INPUT_INVALID', path, message }]);
  });
});
