import fc from 'fast-check';
import type { JsonObject } from '../model/json.js';
import { blocks } from './random-blocks.js';
import { given, leaf, mostly, type Surroundings } from './random-steps.js';

/** Options every step may have. */
interface Common {
  readonly needs: readonly number[];
  readonly runOn: 'success' | 'failure' | 'always';
  readonly join: 'all' | 'any' | 'n';
  readonly cancelRest: boolean;
  readonly allowFailure: boolean;
  readonly when: string | undefined;
}

const common = (index: number): fc.Arbitrary<Common> =>
  fc.record({
    needs: index === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(index - 1), { maxLength: 3 }),
    runOn: mostly<Common['runOn']>('success', 'failure', 'always'),
    join: fc.constantFrom<Common['join']>('all', 'any', 'n'),
    cancelRest: fc.boolean(),
    allowFailure: mostly(false, true),
    when: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(undefined, undefined, undefined, '${true}', '${false}') },
      { weight: 1, arbitrary: fc.constant('${input.nowhere.near}') },
    ),
  });

/** `join` and `cancelRest` of these count their parts. */
const countsParts = new Set(['parallel', 'forEach']);

function withCommon(index: number, own: JsonObject, options: Common): JsonObject {
  const { needs, runOn, join, cancelRest, allowFailure, when } = options;
  const step: JsonObject = given({
    id: `s${index}`,
    needs: needs.map((need) => `s${need}`),
    runOn,
    allowFailure,
    when,
    ...own,
  });
  if (!countsParts.has(own['type'] as string) && join !== 'all' && needs.length > 0) {
    step['join'] = join === 'any' ? 'any' : Math.ceil(needs.length / 2);
    if (cancelRest && runOn === 'success') step['cancelRest'] = true;
  }
  return step;
}

function stepOf(index: number, depth: number, around: Surroundings): fc.Arbitrary<JsonObject> {
  const own =
    depth === 0
      ? leaf(around)
      : fc.oneof({ weight: 5, arbitrary: leaf(around) }, { weight: 3, arbitrary: blocks(stepsOf(depth - 1, 3, around), around) });
  return fc.tuple(own, common(index)).map(([step, options]) => withCommon(index, step, options));
}

function stepsOf(depth: number, atMost: number, around: Surroundings): fc.Arbitrary<JsonObject[]> {
  return fc
    .integer({ min: 1, max: atMost })
    .chain((size) => fc.tuple(...Array.from({ length: size }, (_, index) => stepOf(index, depth, around))));
}

const header = fc.record({
  failFast: fc.boolean(),
  timeout: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom('20s', { after: '20s', then: 'alert' }) },
  ),
  concurrency: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc.record({ limit: fc.constantFrom(1, 1, 2), onLimit: mostly('queue', 'reject', 'cancelOldest') }),
    },
  ),
  rate: fc.oneof(
    { weight: 5, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.record({ limit: fc.constantFrom(1, 2), per: fc.constantFrom('second', 'minute') }) },
  ),
  compensation: fc.record({
    on: fc.subarray(['failure', 'timeout', 'cancel']),
    order: fc.constantFrom('reverse', 'parallel'),
    onFailure: fc.constantFrom('continue', 'stop'),
  }),
});

/** A definition of every step type, with every join, `runOn`, time-out, retry, compensation and cancel option. */
function definition(
  around: Surroundings,
  depths: readonly number[],
  sizes: { flat: number; nested: number },
): fc.Arbitrary<JsonObject> {
  return fc
    .tuple(fc.constantFrom(...depths), header)
    .chain(([depth, facts]) =>
      stepsOf(depth, depth === 0 ? sizes.flat : sizes.nested, around).map((steps) => given({ ...facts, steps })),
    );
}

/** Definitions by name: blocks nest up to three deep, `main` starts the others, which start `leaf`; `absent` is not there. */
export const arbitraryDefinitions: fc.Arbitrary<Record<string, JsonObject>> = fc.record({
  main: definition({ children: ['child', 'leaf', 'absent'], lockKey: 'm' }, [0, 1, 1, 2, 3], { flat: 12, nested: 5 }),
  child: definition({ children: ['leaf'], lockKey: 'c' }, [0, 0, 1], { flat: 3, nested: 3 }),
  leaf: definition({ children: [], lockKey: 'l' }, [0, 0, 1], { flat: 3, nested: 2 }),
});
