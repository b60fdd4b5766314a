import type { JsonObject } from '../model/json.js';
import type { Plan } from '../model/plan.js';
import { compile } from './compile.js';

const planOf = (document: JsonObject): Plan => {
  const { plan, problems } = compile({ name: 'a', version: '1.0.0', ...document });
  if (!plan) throw new Error(JSON.stringify(problems));
  return plan;
};

const oneStep = (more: JsonObject, document: JsonObject = {}) => {
  const [step] = planOf({ ...document, steps: [{ id: 's', task: 'echo', ...more }] }).scope.steps;
  if (!step) throw new Error('no step');
  return step;
};

describe('the plan', () => {
  it('chains steps that say nothing, and joins those that do', () => {
    const { scope, tasks } = planOf({
      steps: [
        { id: 'a', task: 't.one' },
        { id: 'b', task: 't.two' },
        { id: 'c', task: 't.one', needs: [] },
        { id: 'd', task: '${input.task}', needs: ['c', 'a'], join: 'any' },
        { id: 'e', type: 'set', needs: ['a', 'b', 'c'], join: 2, values: { n: '${1 + 1}' } },
      ],
    });
    expect(scope.steps.map(({ needs, dependents, required, joinKind }) => ({ needs, dependents, required, joinKind }))).toEqual([
      { needs: [], dependents: [1, 3, 4], required: 0, joinKind: 'all' },
      { needs: [0], dependents: [4], required: 1, joinKind: 'all' },
      { needs: [], dependents: [3, 4], required: 0, joinKind: 'all' },
      { needs: [2, 0], dependents: [], required: 1, joinKind: 'any' },
      { needs: [0, 1, 2], dependents: [], required: 2, joinKind: 'count' },
    ]);
    expect(scope.leaves.map((step) => step.id)).toEqual(['d', 'e']);
    expect(scope.byId.get('e')?.values?.evaluate({})).toEqual({ n: 2 });
    expect(tasks).toEqual(['t.one', 't.two']);
  });

  it('fills in what is not said', () => {
    expect(oneStep({})).toMatchObject({
      type: 'task',
      runOn: 'success',
      cancelRest: false,
      allowFailure: false,
      effect: 'atLeastOnce',
      timeout: 600_000,
      isClaimed: false,
      retry: {
        maxAttempts: 3,
        backoff: 'exponential',
        delayMs: 1_000,
        factor: 2,
        maxDelayMs: 60_000,
        jitter: 0.2,
        nonRetryable: [],
      },
    });
    expect(planOf({ steps: [] })).toMatchObject({ queue: 'default', priority: undefined, failFast: false, labels: {}, tags: {} });
  });

  it.each<[JsonObject, object]>([
    [{ retry: 'none' }, { retry: { maxAttempts: 1 } }],
    [{ retry: 'aggressive' }, { retry: { maxAttempts: 5, delayMs: 1_000, maxDelayMs: 15_000 } }],
    [{ retry: 'conservative' }, { retry: { maxAttempts: 3, delayMs: 2_000, maxDelayMs: 30_000 } }],
    [{ retry: 'patient' }, { retry: { maxAttempts: 10, delayMs: 5_000, maxDelayMs: 300_000 } }],
    [{ retry: { delay: '2m' } }, { retry: { maxAttempts: 3, delayMs: 120_000, maxDelayMs: 120_000 } }],
    [
      { retry: { within: '1h', nonRetryable: ['CARD_DECLINED'] } },
      { retry: { withinMs: 3_600_000, nonRetryable: ['CARD_DECLINED'] } },
    ],
    [{ timeout: '10m' }, { timeout: 600_000, isClaimed: false }],
    [{ timeout: '11m' }, { timeout: 660_000, isClaimed: true }],
    [{ heartbeat: '5s' }, { heartbeat: 5_000, isClaimed: true }],
    [{ effect: 'atMostOnce' }, { isClaimed: true }],
    [
      { totalTimeout: '1h', queueTimeout: '1m' },
      { totalTimeout: 3_600_000, queueTimeout: 60_000 },
    ],
    [{ as: 'none' }, { as: false }],
    [{ as: 'charge' }, { as: 'charge' }],
  ])('reads %j', (fields, step) => {
    expect(oneStep(fields)).toMatchObject(step);
  });

  it('takes the retry of the definition for tasks without one', () => {
    expect(oneStep({}, { retry: { maxAttempts: 7 } }).retry.maxAttempts).toBe(7);
    expect(oneStep({ retry: {} }, { retry: { maxAttempts: 7 } }).retry.maxAttempts).toBe(3);
  });

  it('reads the document', () => {
    const plan = planOf({
      title: 'T',
      summary: 'Order ${input.id}',
      labels: { team: 'a' },
      tags: { id: '${input.id}' },
      timeout: { after: '1h', then: 'alert' },
      queue: 'slow',
      priority: 5,
      failFast: true,
      steps: [{ id: 'x', type: 'fail', code: 'X', message: 'no ${input.id}' }],
      output: { id: '${input.id}' },
    });
    const scope = { input: () => ({ id: 7 }) };
    expect(plan).toMatchObject({
      title: 'T',
      labels: { team: 'a' },
      timeout: { after: 3_600_000, then: 'alert' },
      queue: 'slow',
      priority: 5,
      failFast: true,
    });
    expect(plan.summary?.evaluate(scope)).toBe('Order 7');
    expect(plan.tags['id']?.evaluate(scope)).toBe(7);
    expect(plan.output?.evaluate(scope)).toEqual({ id: 7 });
    expect(plan.scope.steps[0]?.message?.evaluate(scope)).toBe('no 7');
  });

  it('checks inputs against the schema', () => {
    const plan = planOf({
      input: {
        schema: {
          type: 'object',
          required: ['id'],
          additionalProperties: false,
          properties: {
            id: { type: 'string', pattern: '^o-' },
            mail: { format: 'email' },
            list: { type: 'array', uniqueItems: true },
          },
        },
      },
      steps: [],
    });
    expect(plan.checkInput?.({ id: 'o-1', mail: 'a@b.co', list: [{ a: 1, b: 2 }, { a: 1 }] })).toEqual([]);
    expect(
      plan
        .checkInput?.({
          mail: 'x',
          extra: 1,
          list: [
            { a: 1, b: 2 },
            { b: 2, a: 1 },
          ],
        })
        .map((fault) => fault.path)
        .sort(),
    ).toEqual(['/extra', '/id', '/list', '/mail']);
    expect(plan.checkInput?.({ id: 7 })).toEqual([{ path: '/id', message: 'must be string' }]);
  });

  it('keeps patterns apart, in one schema and between schemas', () => {
    const check = (first: string, second: string) => {
      const properties = { a: { pattern: first }, b: { pattern: second } };
      return planOf({ input: { schema: { properties } }, steps: [] })
        .checkInput?.({ a: 'x', b: 'x' })
        .map((fault) => fault.path);
    };
    expect(check('^x', '^y')).toEqual(['/b']);
    expect(check('^y', '^x')).toEqual(['/a']);
  });

  it('keeps schemas with the same $id apart', () => {
    const check = (type: string) => planOf({ input: { schema: { $id: 'https://example.com/s', type } }, steps: [] }).checkInput;
    expect(check('string')?.('x')).toEqual([]);
    expect(check('number')?.('x')).toHaveLength(1);
    expect(check('string')?.('x')).toEqual([]);
  });
});
