import fc from 'fast-check';
import type { JsonObject } from '../model/json.js';

type Steps = JsonObject[];

/** Options every step may have. */
interface Common {
  readonly needs: readonly number[];
  readonly runOn: 'success' | 'failure' | 'always';
  readonly join: 'all' | 'any' | 'n';
  readonly cancelRest: boolean;
  readonly allowFailure: boolean;
  readonly when: boolean | undefined;
}

const mostly = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(usual) },
    ...others.map((other) => ({ weight: 1, arbitrary: fc.constant(other) })),
  );

const common = (index: number): fc.Arbitrary<Common> =>
  fc.record({
    needs: index === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(index - 1), { maxLength: 3 }),
    runOn: mostly<Common['runOn']>('success', 'failure', 'always'),
    join: fc.constantFrom<Common['join']>('all', 'any', 'n'),
    cancelRest: fc.boolean(),
    allowFailure: mostly(false, true),
    when: mostly<boolean | undefined>(undefined, true, false),
  });

/** `join` and `cancelRest` of these count their parts. */
const countsParts = new Set(['parallel', 'forEach']);

function withCommon(index: number, own: JsonObject, options: Common): JsonObject {
  const { needs, runOn, join, cancelRest, allowFailure, when } = options;
  const step: JsonObject = { id: `s${index}`, needs: needs.map((need) => `s${need}`), runOn, allowFailure, ...own };
  if (!countsParts.has(own['type'] as string) && join !== 'all' && needs.length > 0) {
    step['join'] = join === 'any' ? 'any' : Math.ceil(needs.length / 2);
    if (cancelRest && runOn === 'success') step['cancelRest'] = true;
  }
  if (when !== undefined) step['when'] = `\${${String(when)}}`;
  return step;
}

const task: fc.Arbitrary<JsonObject> = fc
  .record({
    attempts: fc.integer({ min: 1, max: 3 }),
    onCancel: fc.constantFrom('abandon', 'request', 'wait'),
    totalTimeout: mostly<string | undefined>(undefined, '5s'),
    queueTimeout: mostly<string | undefined>(undefined, '3s'),
    effect: mostly('atLeastOnce', 'atMostOnce'),
    undone: fc.boolean(),
  })
  .map(({ attempts, onCancel, totalTimeout, queueTimeout, effect, undone }) => ({
    type: 'task',
    task: 'work',
    onCancel,
    effect,
    retry: { maxAttempts: attempts, delay: '1s', jitter: 0 },
    ...(totalTimeout !== undefined && { totalTimeout }),
    ...(queueTimeout !== undefined && { queueTimeout }),
    ...(undone && { compensate: { task: 'undo', retry: { maxAttempts: 2, delay: '1s', jitter: 0 } } }),
  }));

const timeout = mostly<string | undefined>(undefined, '7s');
const timed = <T extends JsonObject>(step: fc.Arbitrary<T>): fc.Arbitrary<JsonObject> =>
  fc.tuple(step, timeout).map(([own, after]) => (after === undefined ? own : { ...own, timeout: after }));

const simple: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 8, arbitrary: task },
  { weight: 2, arbitrary: fc.constant<JsonObject>({ type: 'set', values: { n: 1 } }) },
  { weight: 1, arbitrary: fc.constant<JsonObject>({ type: 'fail', code: 'ON_PURPOSE', message: 'on purpose' }) },
  { weight: 1, arbitrary: fc.constant<JsonObject>({ type: 'complete', output: 1 }) },
);

const waits: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.constantFrom<JsonObject>(
    { type: 'sleep', for: '2s' },
    { type: 'sleep', for: '0s' },
    { type: 'sleep', until: '1970-01-01T00:00:00Z' },
  ),
  timed(
    fc
      .record({ match: fc.constantFrom('any', 'all'), early: fc.constantFrom('keep', 'drop'), value: fc.boolean() })
      .map(({ match, early, value }) => ({
        type: 'event',
        names: ['a', 'b'],
        match,
        early,
        ...(value && { timeoutValue: 'late' }),
      })),
  ),
  timed(fc.constant<JsonObject>({ type: 'ask', kind: 'approval', prompt: 'May it?' })),
);

const onError = fc.constantFrom('failFast', 'collect');
const partJoin = mostly<string | number>('all', 'any', 2);

function blocks(depth: number): fc.Arbitrary<JsonObject> {
  const body = stepsOf(depth - 1, 3);
  return fc.oneof(
    timed(
      fc
        .tuple(body, body, fc.constantFrom('one', 'two', 'none'), fc.constantFrom('first', 'all'))
        .map(([one, two, on, match]) => ({
          type: 'branch',
          match,
          on,
          cases: [
            { id: 'one', is: 'one', steps: one },
            { id: 'two', is: ['two', 'one'], steps: two },
          ],
        })),
    ),
    timed(fc.tuple(body, body, onError, partJoin, fc.boolean()).map(([left, right, error, join, cancelRest]) => ({
      type: 'parallel', branches: { left, right }, onError: error, join, ...(cancelRest && { cancelRest }),
    }))), // prettier-ignore
    timed(fc.tuple(body, fc.nat(4), fc.constantFrom(undefined, 1, 2), onError, partJoin, fc.boolean(), mostly<number | undefined>(undefined, 1))
      .map(([steps, count, concurrency, error, join, cancelRest, tolerate]) => ({
        type: 'forEach', items: Array.from({ length: count }, (_, n) => n), steps, onError: error, join: count < 2 ? 'all' : join,
        ...(concurrency !== undefined && { concurrency }), ...(cancelRest && { cancelRest }), ...(tolerate !== undefined && { tolerate }),
      }))), // prettier-ignore
    timed(fc.tuple(body, fc.integer({ min: 0, max: 3 }), mostly<string | undefined>(undefined, '1s')).map(([steps, rounds, delay]) => ({
      type: 'repeat', while: `\${index < ${rounds}}`, steps, ...(delay !== undefined && { delay }),
    }))), // prettier-ignore
    timed(fc.tuple(body, body, fc.option(body, { nil: undefined }), fc.constantFrom('BOOM', undefined), fc.boolean()).map(([steps, handler, last, code, compensate]) => ({
      type: 'try', steps, catch: [{ ...(code !== undefined && { codes: [code] }), ...(compensate && { compensate }), steps: handler }], ...(last && { finally: last }),
    }))), // prettier-ignore
  );
}

function stepOf(index: number, depth: number): fc.Arbitrary<JsonObject> {
  const own =
    depth === 0
      ? fc.oneof({ weight: 4, arbitrary: simple }, { weight: 1, arbitrary: waits })
      : fc.oneof({ weight: 4, arbitrary: simple }, { weight: 1, arbitrary: waits }, { weight: 3, arbitrary: blocks(depth) });
  return fc.tuple(own, common(index)).map(([step, options]) => withCommon(index, step, options));
}

function stepsOf(depth: number, atMost: number): fc.Arbitrary<Steps> {
  return fc
    .integer({ min: 1, max: atMost })
    .chain((size) => fc.tuple(...Array.from({ length: size }, (_, index) => stepOf(index, depth))));
}

/** Definitions of every step type, nested up to three deep, with every join, `runOn`, time-out, retry, compensation and cancel option. */
export const arbitraryDefinition: fc.Arbitrary<JsonObject> = fc
  .record({
    depth: fc.constantFrom(0, 1, 1, 2, 3),
    failFast: fc.boolean(),
    timeout: mostly<string | undefined>(undefined, '20s'),
    compensation: fc.record({
      on: fc.subarray(['failure', 'timeout', 'cancel']),
      order: fc.constantFrom('reverse', 'parallel'),
      onFailure: fc.constantFrom('continue', 'stop'),
    }),
  })
  .chain(({ depth, failFast, timeout: after, compensation }) =>
    stepsOf(depth, depth === 0 ? 12 : 5).map((steps) => ({
      name: 'random',
      version: '1.0.0',
      failFast,
      compensation,
      ...(after !== undefined && { timeout: after }),
      steps,
    })),
  );
