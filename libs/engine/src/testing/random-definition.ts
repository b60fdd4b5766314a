import fc from 'fast-check';
import type { JsonObject } from '../model/json.js';

/** A random step that may need any of the steps before it. */
function arbitraryStep(index: number): fc.Arbitrary<JsonObject> {
  const needs =
    index === 0
      ? fc.constant([] as string[])
      : fc.uniqueArray(
          fc.nat(index - 1).map((n) => `s${n}`),
          { maxLength: 4 },
        );
  const type = fc.oneof(
    { weight: 8, arbitrary: fc.constant('task') },
    { weight: 2, arbitrary: fc.constant('set') },
    { weight: 1, arbitrary: fc.constantFrom('fail', 'complete') },
  );
  return fc
    .record({
      needs,
      type,
      runOn: fc.oneof(
        { weight: 6, arbitrary: fc.constant('success') },
        { weight: 1, arbitrary: fc.constantFrom('failure', 'always') },
      ),
      join: fc.constantFrom('all', 'any', 'n'),
      cancelRest: fc.boolean(),
      allowFailure: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      when: fc.constantFrom(undefined, true, false, undefined, undefined),
      attempts: fc.integer({ min: 1, max: 3 }),
      onCancel: fc.constantFrom('abandon', 'request', 'wait'),
      totalTimeout: fc.constantFrom(undefined, undefined, '5s'),
      queueTimeout: fc.constantFrom(undefined, undefined, '3s'),
      effect: fc.constantFrom('atLeastOnce', 'atLeastOnce', 'atMostOnce'),
    })
    .map(
      ({
        needs: own,
        type: kind,
        runOn,
        join,
        cancelRest,
        allowFailure,
        when,
        attempts,
        onCancel,
        totalTimeout,
        queueTimeout,
        effect,
      }) => {
        const common: JsonObject = { id: `s${index}`, type: kind, needs: own, runOn, allowFailure };
        if (join !== 'all' && own.length > 0) common['join'] = join === 'any' ? 'any' : Math.ceil(own.length / 2);
        if (cancelRest && common['join'] !== undefined && runOn === 'success') common['cancelRest'] = true;
        if (when !== undefined) common['when'] = `\${${String(when)}}`;
        if (kind === 'set') return { ...common, values: { n: index } };
        if (kind === 'fail') return { ...common, code: 'ON_PURPOSE', message: 'on purpose' };
        if (kind === 'complete') return { ...common, output: index };
        return {
          ...common,
          task: 'work',
          onCancel,
          effect,
          retry: { maxAttempts: attempts, delay: '1s', jitter: 0 },
          ...(totalTimeout !== undefined && { totalTimeout }),
          ...(queueTimeout !== undefined && { queueTimeout }),
        };
      },
    );
}

/** Definitions of 1 to 12 steps: random DAGs with every join, `runOn`, retry and cancel option. */
export const arbitraryDefinition: fc.Arbitrary<JsonObject> = fc
  .record({
    size: fc.integer({ min: 1, max: 12 }),
    failFast: fc.boolean(),
    timeout: fc.constantFrom(undefined, undefined, '20s'),
  })
  .chain(({ size, failFast, timeout }) =>
    fc.tuple(...Array.from({ length: size }, (_, index) => arbitraryStep(index))).map((steps) => ({
      name: 'random',
      version: '1.0.0',
      failFast,
      ...(timeout !== undefined && { timeout }),
      steps,
    })),
  );
