import { compile } from './compile.js';
import { expectProblem, task, withField, withSteps, type Case } from './testing/cases.js';

const errors: Case[] = [
  [
    'an id twice',
    withSteps(task('a'), task('b'), task('a')),
    'DUPLICATE_ID',
    '/steps/2/id',
    /also the id of \/steps\/0/,
    /Rename/,
  ],
  [
    'an unknown need',
    withSteps(task('first'), task('b', { needs: ['frist'] })),
    'UNKNOWN_STEP',
    '/steps/1/needs/0',
    /"frist"/,
    /Did you mean "first"/,
  ],
  ['its own need', withField({ needs: ['a'] }), 'SELF_NEED', '/steps/0/needs/0', /needs itself/, /repeat/],
  ['a need twice', withSteps(task('a'), task('b', { needs: ['a', 'a'] })), 'DUPLICATE_NEED', '/steps/1/needs/1', /named again/],
  [
    'a cycle',
    withSteps(task('x'), task('a', { needs: ['c'] }), task('b', { needs: ['a'] }), task('c', { needs: ['x', 'b'] })),
    'CYCLE',
    '/steps/1/needs',
    /a needs c needs b needs a/,
    /Remove one/,
  ],
  ['a join of nobody', withField({ join: 'al' }), 'JOIN_INVALID', '/steps/0/join', /was "al"/, /Did you mean "all"/],
  [
    'a join of more than the needs',
    withSteps(task('a'), task('b', { join: 2 })),
    'JOIN_INVALID',
    '/steps/1/join',
    /at most the number of needs, 1, but was 2/,
  ],
  [
    'an expression that does not parse',
    withField({ input: { a: ['${1 +}'] } }),
    'EXPRESSION_INVALID',
    '/steps/0/input/a/0',
    /CEL/,
  ],
  [
    'an unknown root',
    withField({ input: '${inptu.a}' }),
    'UNKNOWN_ROOT',
    '/steps/0/input',
    /was "inptu"/,
    /Did you mean "input"/,
  ],
  ['an unknown function', withField({ input: '${lenght(input)}' }), 'UNKNOWN_FUNCTION', '/steps/0/input', /"lenght"/],
  ['a root of a forEach', withField({ input: '${item}' }), 'ROOT_NOT_AVAILABLE', '/steps/0/input', /"item"/, /inside a forEach/],
  [
    'error without runOn: failure',
    withField({ input: '${error.code}' }),
    'ROOT_NOT_AVAILABLE',
    '/steps/0/input',
    /"error"/,
    /runOn: failure/,
  ],
  ['output in input', withField({ input: '${output}' }), 'ROOT_NOT_AVAILABLE', '/steps/0/input', /"output"/],
  [
    'steps in the summary',
    { ...withSteps(task('a')), summary: '${steps.a.output}' },
    'ROOT_NOT_AVAILABLE',
    '/summary',
    /"steps"/,
  ],
  [
    'the output of a parallel step',
    withSteps(task('a', { needs: [] }), task('b', { needs: [], input: '${steps.a.output}' })),
    'RACE',
    '/steps/1/input',
    /"a" may not have/,
    /Add "a" to needs/,
  ],
  [
    'the output of a later step',
    withSteps(task('a', { input: '${steps.b.output}' }), task('b')),
    'RACE',
    '/steps/0/input',
    /"b" may not have/,
  ],
  ['its own output', withField({ output: '${steps.a.output}' }), 'RACE', '/steps/0/output', /./, /reads output/],
  [
    'the output of an unknown step',
    withSteps(task('total'), task('b', { input: '${steps.totla.output}' })),
    'UNKNOWN_STEP',
    '/steps/1/input',
    /"totla"/,
    /Did you mean "total"/,
  ],
  [
    'a dotted id without brackets',
    withSteps(task('a.b'), task('c', { input: '${steps.a.output}' })),
    'UNKNOWN_STEP',
    '/steps/1/input',
    /"a"/,
    /steps\["a\.b"\]/,
  ],
  [
    'an unknown step in the output',
    { ...withSteps(task('a')), output: { x: '${steps.b.output}' } },
    'UNKNOWN_STEP',
    '/output/x',
    /"b"/,
  ],
  [
    'a need that is not direct',
    withSteps(task('a'), task('b'), task('c', { input: '${needs.a}' })),
    'UNKNOWN_NEED',
    '/steps/2/input',
    /"a"/,
    /Add "a" to needs/,
  ],
];

const warnings: Case[] = [
  [
    'the output of a step with when',
    withSteps(task('a', { when: '${input.x}' }), task('b', { input: '${steps.a.output.y}' })),
    'OUTPUT_MAY_BE_MISSING',
    '/steps/1/input',
    /"a" may be skipped/,
    /steps\.a\.\?output/,
  ],
  [
    'the output of a step that may fail',
    withSteps(task('a', { allowFailure: true }), task('b', { input: '${steps.a.output}' })),
    'OUTPUT_MAY_BE_MISSING',
    '/steps/1/input',
    /"a"/,
  ],
  [
    'the output of one of any',
    withSteps(task('a'), task('b', { needs: [] }), task('c', { needs: ['a', 'b'], join: 'any', input: '${steps.a.output}' })),
    'OUTPUT_MAY_BE_MISSING',
    '/steps/2/input',
    /"a"/,
  ],
  [
    'the output of what may have failed',
    withSteps(task('a'), task('b', { runOn: 'always', input: '${steps.a.output}' })),
    'OUTPUT_MAY_BE_MISSING',
    '/steps/1/input',
    /"a"/,
  ],
  [
    'a missing output behind an always',
    withSteps(task('a'), task('b', { runOn: 'always' }), task('c', { input: '${steps.a.output}' })),
    'OUTPUT_MAY_BE_MISSING',
    '/steps/2/input',
    /"a"/,
  ],
  [
    'the output of a skipped step at the end',
    { ...withSteps(task('a', { when: '${input.x}' })), output: '${steps.a.output}' },
    'OUTPUT_MAY_BE_MISSING',
    '/output',
    /"a"/,
  ],
  [
    'a step after a failure',
    withSteps({ id: 'a', type: 'fail', code: 'X' }, task('b')),
    'UNREACHABLE_STEP',
    '/steps/1',
    /"b" never does: too few/,
    /Remove it/,
  ],
  ['a step after the end', withSteps({ id: 'a', type: 'complete' }, task('b')), 'UNREACHABLE_STEP', '/steps/1', /"b" never does/],
  ['runOn: failure of nothing', withField({ runOn: 'failure' }), 'UNREACHABLE_STEP', '/steps/0', /no step that could fail/],
  [
    'runOn: failure of what cannot fail',
    withSteps(task('a', { allowFailure: true }), task('b', { runOn: 'failure' })),
    'UNREACHABLE_STEP',
    '/steps/1',
    /none of its needs can fail/,
  ],
  ['when: false', withField({ when: false }), 'UNREACHABLE_STEP', '/steps/0', /"when" is false/],
  [
    'a retry of what is not sent',
    withSteps({ id: 'a', type: 'set', values: {}, retry: 'none' }),
    'NO_EFFECT',
    '/steps/0/retry',
    /task or workflow step, but a set step has no use/,
  ],
  [
    'a join that is not looked at',
    withSteps(task('a'), task('b', { runOn: 'always', join: 'any' })),
    'NO_EFFECT',
    '/steps/1/join',
    /waits for all/,
  ],
];

describe('compile tells of', () => {
  it.each(errors)('%s', (...wrong: Case) => {
    expectProblem('error', wrong);
    expect(compile(wrong[1]).plan).toBeUndefined();
  });

  it.each(warnings)('%s, as a warning', (...doubtful: Case) => {
    const problem = expectProblem('warning', doubtful);
    expect(compile(doubtful[1]).plan).toBeDefined();
    const strict = compile(doubtful[1], { strict: true });
    expect(strict.plan).toBeUndefined();
    expect(strict.problems).toContainEqual({ ...problem, severity: 'error' });
  });
});
