import type { Json, JsonObject } from '../model/json.js';
import { compile } from './compile.js';
import { block, each, expectProblem, oneOf, task, withField, withFields, withSteps, type Case } from './testing/cases.js';

const errors: Case[] = [
  // branch
  ['a branch without cases', oneOf('branch', {}), 'MISSING_FIELD', '/steps/0/cases', /list of cases/],
  ['cases that are no list', oneOf('branch', { cases: {} }), 'WRONG_TYPE', '/steps/0/cases', /to be a list/, /each case/],
  [
    'a case without a condition',
    oneOf('branch', { cases: [{ id: 'a', steps: [] }] }),
    'MISSING_FIELD',
    '/steps/0/cases/0/is',
    /./,
  ],
  [
    'a case with two conditions',
    oneOf('branch', { on: 1, cases: [{ id: 'a', is: 1, if: true, steps: [] }] }),
    'FIELDS_EXCLUDE',
    '/steps/0/cases/0/if',
    /both/,
  ],
  ['is without on', oneOf('branch', { cases: [{ id: 'a', is: 1, steps: [] }] }), 'MISSING_FIELD', '/steps/0/on', /"is" compares/],
  [
    'a case twice',
    oneOf('branch', {
      cases: [
        { id: 'a', if: '${input.x}', steps: [] },
        { id: 'a', if: '${input.y}', steps: [] },
      ],
    }),
    'DUPLICATE_ID',
    '/steps/0/cases/1/id',
    /also the id of \/steps\/0\/cases\/0/,
  ],
  [
    'a case named default',
    oneOf('branch', { cases: [{ id: 'default', if: true, steps: [] }] }),
    'ID_INVALID',
    '/steps/0/cases/0/id',
    /other than "default"/,
  ],
  [
    'a case named badly',
    oneOf('branch', { cases: [{ id: 'a/b', if: true, steps: [] }] }),
    'ID_INVALID',
    '/steps/0/cases/0/id',
    /"a\/b"/,
  ],
  [
    'a case without steps',
    oneOf('branch', { cases: [{ id: 'a', if: true }] }),
    'MISSING_FIELD',
    '/steps/0/cases/0/steps',
    /list of/,
  ],
  [
    'an unknown field of a case',
    oneOf('branch', { cases: [{ id: 'a', when: true, steps: [] }] }),
    'UNKNOWN_FIELD',
    '/steps/0/cases/0/when',
    /./,
  ],
  // parallel
  ['a parallel without branches', oneOf('parallel', {}), 'MISSING_FIELD', '/steps/0/branches', /lists of steps/],
  ['a branch named badly', oneOf('parallel', { branches: { 'a b': [] } }), 'ID_INVALID', '/steps/0/branches/a b', /"a b"/],
  ['a branch that is no list', oneOf('parallel', { branches: { a: {} } }), 'WRONG_TYPE', '/steps/0/branches/a', /list of steps/],
  [
    'a join of more than the branches',
    oneOf('parallel', { branches: { a: [] }, join: 2 }),
    'JOIN_INVALID',
    '/steps/0/join',
    /parts, 1/,
  ],
  // forEach
  ['a forEach over nothing', oneOf('forEach', { steps: [] }), 'MISSING_FIELD', '/steps/0/items', /list of items/],
  ['items in words', oneOf('forEach', { items: 'input.x', steps: [] }), 'WRONG_TYPE', '/steps/0/items', /list or one expression/],
  ['too many items', oneOf('forEach', { items: Array(50_001).fill(0), steps: [] }), 'TOO_MANY_ITEMS', '/steps/0/items', /50001/],
  [
    'an item named as a root',
    oneOf('forEach', { items: [], as: 'input', steps: [] }),
    'VALUE_INVALID',
    '/steps/0/as',
    /has a meaning/,
  ],
  ['an item named badly', oneOf('forEach', { items: [], as: 'a-b', steps: [] }), 'VALUE_INVALID', '/steps/0/as', /"a-b"/],
  [
    'no item at a time',
    oneOf('forEach', { items: [], concurrency: 0, steps: [] }),
    'VALUE_OUT_OF_RANGE',
    '/steps/0/concurrency',
    /from 1/,
  ],
  [
    'a bad tolerance',
    oneOf('forEach', { items: [], tolerate: '101%', steps: [] }),
    'VALUE_INVALID',
    '/steps/0/tolerate',
    /0% to 100%/,
  ],
  [
    'a join of more than the items',
    oneOf('forEach', { items: [1], join: 2, steps: [] }),
    'JOIN_INVALID',
    '/steps/0/join',
    /parts, 1/,
  ],
  ['an item outside', withSteps(each(), task('c', { input: '${line}' })), 'UNKNOWN_ROOT', '/steps/1/input', /"line"/],
  [
    'an item in its own list of items',
    oneOf('forEach', { items: '${item}', steps: [] }),
    'ROOT_NOT_AVAILABLE',
    '/steps/0/items',
    /./,
  ],
  // repeat
  ['a repeat without an end', oneOf('repeat', { steps: [] }), 'MISSING_FIELD', '/steps/0/until', /"while" or "until"/],
  [
    'no rounds',
    oneOf('repeat', { until: true, maxIterations: 0, steps: [] }),
    'VALUE_OUT_OF_RANGE',
    '/steps/0/maxIterations',
    /./,
  ],
  ['item in a repeat', oneOf('repeat', { until: '${item}', steps: [] }), 'ROOT_NOT_AVAILABLE', '/steps/0/until', /"item"/],
  [
    'while that reads the round to come',
    oneOf('repeat', { while: '${steps.x.output}', steps: [task('x')] }),
    'INSIDE_BLOCK',
    '/steps/0/while',
    /inside the block "b"/,
  ],
  // try
  ['a try of nothing', oneOf('try', { catch: [] }), 'MISSING_FIELD', '/steps/0/steps', /list of steps/],
  [
    'a bad code',
    oneOf('try', { steps: [], catch: [{ codes: ['a b'], steps: [] }] }),
    'VALUE_INVALID',
    '/steps/0/catch/0/codes/0',
    /CARD/,
  ],
  ['a handler without steps', oneOf('try', { steps: [], catch: [{}] }), 'MISSING_FIELD', '/steps/0/catch/0/steps', /list/],
  [
    'error in the body',
    oneOf('try', { steps: [task('x', { input: '${error}' })] }),
    'ROOT_NOT_AVAILABLE',
    '/steps/0/steps/0/input',
    /./,
  ],
  [
    'error in finally',
    oneOf('try', { steps: [], finally: [task('x', { input: '${error}' })] }),
    'ROOT_NOT_AVAILABLE',
    '/steps/0/finally/0/input',
    /./,
  ],
  [
    'the body read from the handler',
    oneOf('try', { steps: [task('x')], catch: [{ steps: [task('y', { input: '${steps.x.output}' })] }] }),
    'INSIDE_BLOCK',
    '/steps/0/catch/0/steps/0/input',
    /"x"/,
  ],
  // lock
  ['a lock without a key', oneOf('lock', { steps: [] }), 'MISSING_FIELD', '/steps/0/key', /name of the lock/],
  ['a lock for nobody', oneOf('lock', { key: 'k', limit: 0, steps: [] }), 'VALUE_OUT_OF_RANGE', '/steps/0/limit', /from 1/],
  // across lists
  [
    'a step inside another block',
    withSteps(each(task('x')), task('c', { input: '${steps.x.output}' })),
    'INSIDE_BLOCK',
    '/steps/1/input',
    /"x" is inside the block "b"/,
    /steps\.b\.output/,
  ],
  [
    'a step of another branch',
    oneOf('parallel', { branches: { l: [task('x')], r: [task('y', { input: '${steps.x.output}' })] } }),
    'INSIDE_BLOCK',
    '/steps/0/branches/r/0/input',
    /"x"/,
  ],
  [
    'a step beside the block',
    withSteps(task('a', { needs: [] }), { ...each(task('x', { input: '${steps.a.output}' })), needs: [] }),
    'RACE',
    '/steps/1/steps/0/input',
    /ended before "b" starts, but "a" may not/,
    /Add "a" to needs of "b"/,
  ],
  [
    'the block around',
    withSteps(each(task('x', { input: '${steps.b.output}' }))),
    'RACE',
    '/steps/0/steps/0/input',
    /./,
    /block around/,
  ],
  [
    'an inner step of the same id, later',
    withSteps(task('a'), each(task('x', { input: '${steps.a.output}' }), task('a'))),
    'RACE',
    '/steps/1/steps/0/input',
    /"x" starts/,
  ],
  [
    'needs of the outer list',
    withSteps(task('a'), each(task('x', { needs: ['a'] }))),
    'UNKNOWN_STEP',
    '/steps/1/steps/0/needs/0',
    /same list/,
  ],
  ['an id twice inside', withSteps(each(task('x'), task('x'))), 'DUPLICATE_ID', '/steps/0/steps/1/id', /\/steps\/0\/steps\/0/],
  [
    'a cycle inside',
    withSteps(each(task('x', { needs: ['y'] }), task('y'))),
    'CYCLE',
    '/steps/0/steps/0/needs',
    /x needs y needs x/,
  ],
  [
    'a path too long',
    idsOf(8, 'x'.repeat(125)),
    'LIMIT_EXCEEDED',
    `/steps/0${'/steps/0'.repeat(7)}/id`,
    /at most 1000 characters/,
    /shorter ids/,
  ],
  [
    'a secret in words',
    withField({ input: { key: 'secret:my!key' } }),
    'VALUE_INVALID',
    '/steps/0/input/key',
    /"my!key"/,
    /api-key/,
  ],
  [
    'a secret that the input chooses',
    withField({ input: ['Bearer {{secret:${input.name}}}'] }),
    'VALUE_INVALID',
    '/steps/0/input/0',
    /name of a secret/,
    /cannot be computed/,
  ],
  ['too deep', nested(33), 'NESTED_TOO_DEEP', `/steps/0${'/steps/0'.repeat(32)}/steps`, /at most 32/],
  ['too many steps inside', manySteps(10_001), 'TOO_MANY_STEPS', '/steps/99/steps', /10000 steps in all/],
  [
    'a compensation that is no task',
    withField({ compensate: { task: 'a b' } }),
    'VALUE_INVALID',
    '/steps/0/compensate/task',
    /task name/,
  ],
  [
    'a bad cause of compensation',
    withFields({ compensation: { on: ['fail'] } }),
    'UNKNOWN_VALUE',
    '/compensation/on/0',
    /"fail"/,
  ],
  ['a trigger of no kind', withFields({ triggers: [{ cron: '* * * * *' }] }), 'MISSING_FIELD', '/triggers/0/kind', /schedule/],
  [
    'a field of another trigger',
    withFields({ triggers: [{ kind: 'hook', cron: '*' }] }),
    'UNKNOWN_FIELD',
    '/triggers/0/cron',
    /kind hook/,
  ],
];

/** Locks inside one another, a step in the innermost. */
function nested(depth: number): JsonObject {
  let steps: Json[] = [task('x')];
  for (let level = 0; level < depth; level++) steps = [block('lock', { key: 'k', steps })];
  return withSteps(...(steps as JsonObject[]));
}

/** Lists of a hundred in blocks of a list, so many steps in all. */
/** Locks inside one another, all of that id. */
function idsOf(levels: number, id: string): JsonObject {
  const lock = (steps: JsonObject[]): JsonObject => ({ id, type: 'lock', key: 'k', steps });
  return withSteps(Array.from({ length: levels - 1 }).reduce<JsonObject>((inner) => lock([inner]), lock([])));
}

function manySteps(count: number): JsonObject {
  const steps: JsonObject[] = [];
  for (let left = count; left > 0; left -= 100)
    steps.push({
      id: `b${left}`,
      type: 'lock',
      key: 'k',
      steps: Array.from({ length: Math.min(99, left - 1) }, (_, index) => task(`s${index}`)),
    });
  return withSteps(...steps);
}

const warnings: Case[] = [
  [
    'a branch without default',
    oneOf('branch', { cases: [{ id: 'a', if: '${input.x}', steps: [] }] }),
    'MISSING_DEFAULT',
    '/steps/0',
    /nothing runs/,
    /default: \[\]/,
  ],
  [
    'a case after the one that takes all',
    oneOf('branch', {
      cases: [
        { id: 'a', if: true, steps: [] },
        { id: 'c', if: '${input.x}', steps: [] },
      ],
    }),
    'UNREACHABLE_CASE',
    '/steps/0/cases/1',
    /"a" takes/,
  ],
  [
    'a value that an earlier case takes',
    oneOf('branch', {
      on: '${input.x}',
      cases: [
        { id: 'a', is: [1, 2], steps: [] },
        { id: 'c', is: 2, steps: [] },
      ],
      default: [],
    }),
    'UNREACHABLE_CASE',
    '/steps/0/cases/1',
    /"c" never is/,
  ],
  [
    'a handler after the one that takes all',
    oneOf('try', { steps: [], catch: [{ steps: [] }, { steps: [] }] }),
    'UNREACHABLE_CASE',
    '/steps/0/catch/1',
    /./,
  ],
  [
    'on without is',
    oneOf('branch', { on: 1, cases: [{ id: 'a', if: true, steps: [] }] }),
    'NO_EFFECT',
    '/steps/0/on',
    /all have "if"/,
  ],
  ['a rest of all', oneOf('parallel', { branches: {}, cancelRest: true }), 'NO_EFFECT', '/steps/0/cancelRest', /leaves no rest/],
  ['a step after again', withSteps({ id: 'a', type: 'again' }, task('c')), 'UNREACHABLE_STEP', '/steps/1', /"c" never does/],
  [
    'the output of a branch without default',
    withSteps(
      block('branch', { match: 'all', cases: [{ id: 'a', if: '${input.x}', steps: [] }] }),
      task('c', { input: '${steps.b.output.y}' }),
    ),
    'OUTPUT_MAY_BE_MISSING',
    '/steps/1/input',
    /"b"/,
  ],
  [
    'an outer output that may be missing, read inside',
    withSteps(task('a', { allowFailure: true }), each(task('x', { input: '${steps.a.output}' }))),
    'OUTPUT_MAY_BE_MISSING',
    '/steps/1/steps/0/input',
    /"a"/,
  ],
];

describe('compile tells of', () => {
  it.each(errors)('%s', (...wrong: Case) => {
    expectProblem('error', wrong);
    expect(compile(wrong[1]).plan).toBeUndefined();
  });

  it.each(warnings)('%s, as a warning', (...doubtful: Case) => {
    expectProblem('warning', doubtful);
    expect(compile(doubtful[1]).plan).toBeDefined();
    expect(compile(doubtful[1], { strict: true }).plan).toBeUndefined();
  });
});

describe('compile has nothing against', () => {
  it.each<[string, JsonObject]>([
    ['blocks 32 deep', nested(32)],
    ['10,000 steps in blocks', manySteps(10_000)],
    ['a path of 1,000 characters', idsOf(8, 'x'.repeat(119))],
    ['50,000 items', oneOf('forEach', { items: Array(50_000).fill(0), steps: [] })],
    ['durations that are computed', withField({ timeout: '${input.t}', queueTimeout: '${input.n}s', heartbeat: '${1000}' })],
    ['a wait that is computed', oneOf('event', { names: '${input.names}', timeout: '${input.t}', timeoutValue: null })],
    ['the round in delay', oneOf('repeat', { until: '${last.ok}', delay: '${steps.x.output.wait}', steps: [task('x')] })],
    ['the round in until', oneOf('repeat', { until: '${steps.x.output.done && last.ok && index > 1}', steps: [task('x')] })],
    ['a fallback inside', withSteps(task('a'), each(task('a'), task('x', { input: '${[steps.a.output, line, item, index]}' })))],
    ['an outer step from deep inside', withSteps(task('a'), each(each(task('x', { input: '${steps.a.output}' }))))],
    [
      'items of items',
      withSteps({
        ...each(block('forEach', { items: '${line}', as: 'part', steps: [task('x', { input: '${[line, part]}' })] })),
      }),
    ],
    ['taken and counts', withSteps(each(), task('c', { input: '${[steps.b.counts, steps.b.taken, steps.b.status]}' }))],
    [
      'the error in a handler',
      oneOf('try', {
        steps: [],
        catch: [{ as: 'e', when: '${e.code == error.code}', steps: [each(task('x', { input: '${e.message}' }))] }],
      }),
    ],
    ['endless rounds', withSteps(task('a'), { id: 'z', type: 'again', input: '${steps.a.output}' })],
    [
      'secrets',
      withField({ input: { token: 'secret:api', header: 'Bearer {{secret:api}} {{other}}', text: 'secret: do not tell' } }),
    ],
  ])('%s', (_what, document) => {
    const { plan, problems } = compile(document, { strict: true });
    expect(problems).toEqual([]);
    expect(plan).toBeDefined();
  });
});
