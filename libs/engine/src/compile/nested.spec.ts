import type { JsonObject } from '../model/json.js';
import type { Plan } from '../model/plan.js';
import { siteAt } from '../state/site.js';
import { compile } from './compile.js';
import { task, withSteps } from './testing/cases.js';

const planOf = (document: JsonObject): Plan => {
  const { plan, problems } = compile(document, { strict: true });
  if (!plan) throw new Error(JSON.stringify(problems, null, 1));
  return plan;
};

/** Every block, each with a step inside. */
const blocks = withSteps(
  task('first'),
  {
    id: 'decide',
    type: 'branch',
    on: '${steps.first.output.kind}',
    cases: [
      { id: 'one', is: [1, '1'], steps: [task('x', { input: '${steps.first.output}' })] },
      { id: 'two', if: '${input.two}', steps: [task('x')] },
    ],
    default: [task('x')],
  },
  { id: 'both', type: 'parallel', branches: { left: [task('x')], right: [task('x')] }, join: 'any', cancelRest: true },
  {
    id: 'ship',
    type: 'forEach',
    items: '${input.lines}',
    as: 'line',
    concurrency: '${input.width}',
    tolerate: '5%',
    steps: [
      task('pack', { input: '${[line, item, index]}' }),
      task('send', { input: '${steps.pack.output.box}', compensate: { task: 'call.back', input: '${[output.id, line.id]}' } }),
    ],
  },
  {
    id: 'poll',
    type: 'repeat',
    until: '${steps.check.output.done || index > 3}',
    delay: '${last.wait}',
    steps: [task('check', { input: '${[last, index, steps.first.output]}' })],
  },
  {
    id: 'guard',
    type: 'try',
    steps: [task('x')],
    catch: [
      { codes: ['X'], as: 'problem', steps: [task('x', { input: '${[problem.code, error.message]}' })] },
      { when: '${error.details.soft}', compensate: true, steps: [] },
    ],
    finally: [task('x')],
  },
  { id: 'alone', type: 'lock', key: 'order-${input.id}', limit: 2, timeout: '1h', steps: [task('x')] },
);

describe('the plan of blocks', () => {
  const plan = planOf(blocks);

  it.each([
    ['decide/one/x', 'one'],
    ['decide/two/x', 'two'],
    ['decide/default/x', 'default'],
    ['both/left/x', 'left'],
    ['ship/3/send', '#'],
    ['poll/0/check', '#'],
    ['guard/body/x', 'body'],
    ['guard/catch-0/x', 'catch-0'],
    ['guard/finally/x', 'finally'],
    ['alone/body/x', 'body'],
  ])('%s is found in its list', (path, key) => {
    const site = siteAt(plan, path)!;
    expect([site.scope.key, site.scope.owner?.id, site.scope.outer]).toEqual([key, path.split('/')[0], plan.scope]);
    expect(site.scope.owner).toBe(plan.scope.byId.get(path.split('/')[0]!));
  });

  it('holds what undoes a step as a step of its own', () => {
    const site = siteAt(plan, 'ship/3/send/~undo')!;
    expect(site.step).toMatchObject({ id: '~undo', type: 'task', timeout: 600_000, retry: { maxAttempts: 3 } });
    const scope = { output: () => ({ id: 7 }), named: () => ({ id: 'l-1' }) };
    expect(site.step.input?.evaluate(scope)).toEqual([7, 'l-1']);
    expect([...site.step.input!.names]).toEqual(['line']);
  });

  it('names the tasks of nested steps and of compensations', () => {
    expect(plan.tasks).toEqual(['call.back', 'echo']);
  });

  it('makes the body of a try fail fast, and says how each block runs', () => {
    expect(plan.scope.byId.get('guard')!.try!.scope.failFast).toBe(true);
    expect(plan.scope.byId.get('guard')!.try!.catches.map(({ codes, as, compensate }) => [codes, as, compensate])).toEqual([
      [['X'], 'problem', false],
      [undefined, undefined, true],
    ]);
    expect(plan.scope.byId.get('both')).toMatchObject({ required: 1, joinKind: 'all', cancelRest: false });
    expect(plan.scope.byId.get('both')!.parallel).toMatchObject({ onError: 'failFast', join: 'any', cancelRest: true });
    expect(plan.scope.byId.get('ship')!.forEach).toMatchObject({
      as: 'line',
      tolerate: { percent: 5 },
      keep: 'all',
      join: 'all',
    });
    expect(plan.scope.byId.get('poll')!.repeat).toMatchObject({ maxIterations: 10_000 });
    expect(plan.scope.byId.get('alone')).toMatchObject({ timeout: 3_600_000, lock: { limit: 2 } });
    expect(plan.compensation).toEqual({ on: new Set(['failure', 'timeout']), order: 'reverse', onFailure: 'continue' });
  });
});
