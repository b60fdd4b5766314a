import fc from 'fast-check';
import type { JsonObject } from '../model/json.js';
import { given, mostly, type Surroundings, timed } from './random-steps.js';

const onError = fc.constantFrom('failFast', 'collect');
const join = mostly<string | number>('all', 'any', 2);
const yes = fc.constantFrom(undefined, true);

/** A step that holds lists of others. @param body such a list */
export const blocks = (body: fc.Arbitrary<JsonObject[]>, { lockKey }: Surroundings): fc.Arbitrary<JsonObject> =>
  fc
    .oneof(branch(body), parallel(body), forEach(body), repeat(body), guard(body), lock(body, lockKey))
    .chain((step) => timed(fc.constant(step)));

const branch = (body: fc.Arbitrary<JsonObject[]>): fc.Arbitrary<JsonObject> =>
  fc
    .record({
      one: body,
      two: body,
      on: fc.constantFrom('one', 'two', 'none'),
      match: fc.constantFrom('first', 'all'),
      otherwise: fc.option(body, { nil: undefined }),
    })
    .map(({ one, two, otherwise, ...more }) =>
      given({
        type: 'branch',
        ...more,
        cases: [
          { id: 'one', is: 'one', steps: one },
          { id: 'two', is: ['two', 'one'], steps: two },
        ],
        default: otherwise,
      }),
    );

const parallel = (body: fc.Arbitrary<JsonObject[]>): fc.Arbitrary<JsonObject> =>
  fc
    .record({ left: body, right: body, onError, join, cancelRest: yes })
    .map(({ left, right, ...more }) => given({ type: 'parallel', branches: { left, right }, ...more }));

const forEach = (body: fc.Arbitrary<JsonObject[]>): fc.Arbitrary<JsonObject> =>
  fc
    .record({
      steps: body,
      count: fc.nat(4),
      concurrency: fc.constantFrom(undefined, 1, 2),
      onError,
      join,
      cancelRest: yes,
      tolerate: mostly<number | string | undefined>(undefined, 1, '50%', '${size(instance.id) - 35}', '${"5" + "0%"}'),
      keep: mostly('all', 'failed', 'none'),
    })
    .map(({ count, join: wanted, ...more }) =>
      given({ type: 'forEach', items: Array.from({ length: count }, (_, n) => n), join: count < 2 ? 'all' : wanted, ...more }),
    );

const repeat = (body: fc.Arbitrary<JsonObject[]>): fc.Arbitrary<JsonObject> =>
  fc
    .record({
      steps: body,
      rounds: fc.integer({ min: 0, max: 3 }),
      isAfter: fc.boolean(),
      delay: mostly<string | undefined>(undefined, '1s'),
      keep: mostly<number | string | undefined>(undefined, 2, '${size(instance.id) - 34}'),
      maxIterations: mostly<number | string | undefined>(undefined, 1, '${size(instance.id) - 35}'),
    })
    .map(({ rounds, isAfter, ...more }) =>
      given({ type: 'repeat', ...(isAfter ? { until: `\${index >= ${rounds}}` } : { while: `\${index < ${rounds}}` }), ...more }),
    );

const guard = (body: fc.Arbitrary<JsonObject[]>): fc.Arbitrary<JsonObject> =>
  fc
    .record({
      steps: body,
      handler: body,
      finally: fc.option(body, { nil: undefined }),
      codes: fc.constantFrom(['BOOM'], undefined),
      compensate: yes,
    })
    .map(({ handler, codes, compensate, ...more }) =>
      given({ type: 'try', ...more, catch: [given({ codes, compensate, steps: handler })] }),
    );

const lock = (body: fc.Arbitrary<JsonObject[]>, key: string): fc.Arbitrary<JsonObject> =>
  fc
    .record({ steps: body, limit: mostly<number | string | undefined>(undefined, 2, '${size(instance.id) - 34}') })
    .map((more) => given({ type: 'lock', key, ...more }));
