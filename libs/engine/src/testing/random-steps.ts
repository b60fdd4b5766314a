import fc from 'fast-check';
import type { JsonObject } from '../model/json.js';

/** What the steps of a definition may refer to beyond itself. */
export interface Surroundings {
  /** Definitions its `workflow` steps may start; [] = it has none. */
  readonly children: readonly string[];
  /** The one key of its locks: a lock inside another one is re-entrant, so that none waits for itself. */
  readonly lockKey: string;
}

export const mostly = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(usual) },
    ...others.map((other) => ({ weight: 1, arbitrary: fc.constant(other) })),
  );

/** Without what is undefined: `{a: undefined}` is no JSON. */
export const given = (fields: Record<string, unknown>): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;

export const timed = <T extends JsonObject>(step: fc.Arbitrary<T>): fc.Arbitrary<JsonObject> =>
  fc.tuple(step, mostly<string | undefined>(undefined, '7s')).map(([own, timeout]) => given({ ...own, timeout }));

const undo = { task: 'undo', retry: { maxAttempts: 2, delay: '1s', jitter: 0 } };
/** Its expression fails when the step completes, and undoing it with that. */
const brokenUndo = { task: 'undo', input: { n: '${output.nowhere.near}' } };

const task: fc.Arbitrary<JsonObject> = fc
  .record({
    attempts: fc.integer({ min: 1, max: 3 }),
    onCancel: fc.constantFrom('abandon', 'request', 'wait'),
    totalTimeout: mostly<string | undefined>(undefined, '5s'),
    queueTimeout: mostly<string | undefined>(undefined, '3s'),
    effect: mostly('atLeastOnce', 'atMostOnce'),
    compensate: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(undefined, undo) },
      { weight: 1, arbitrary: fc.constant(brokenUndo) },
    ),
    output: fc.oneof(
      { weight: 12, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constant('${output.nowhere.near}') },
    ),
  })
  .map(({ attempts, ...more }) =>
    given({ type: 'task', task: 'work', retry: { maxAttempts: attempts, delay: '1s', jitter: 0 }, ...more }),
  );

const simple: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 9, arbitrary: task },
  { weight: 2, arbitrary: fc.constant<JsonObject>({ type: 'set', values: { n: 1 } }) },
  { weight: 1, arbitrary: fc.constant<JsonObject>({ type: 'set', values: { n: '${input.nowhere.near}' } }) },
  { weight: 1, arbitrary: fc.constant<JsonObject>({ type: 'fail', code: 'ON_PURPOSE', message: 'on purpose' }) },
  { weight: 1, arbitrary: fc.constant<JsonObject>({ type: 'complete', output: 1 }) },
  { weight: 1, arbitrary: fc.constant<JsonObject>({ type: 'again', input: { round: '${input.?round.orValue(0) + 1}' }, when: '${input.?round.orValue(0) < 2}' }) },
); // prettier-ignore

const waits: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.constantFrom<JsonObject>(
    { type: 'sleep', for: '2s' },
    { type: 'sleep', for: '0s' },
    { type: 'sleep', until: '1970-01-01T00:00:00Z' },
    { type: 'sleep', until: '1970-01-01T00:16:50Z' },
  ),
  timed(
    fc
      .record({
        match: fc.constantFrom('any', 'all'),
        early: fc.constantFrom('keep', 'drop'),
        timeoutValue: fc.constantFrom(undefined, 'late'),
        correlate: mostly<string | undefined>(undefined, 'order'),
        filter: mostly<string | undefined>(undefined, '${event.payload > 2}'),
        schema: mostly<JsonObject | undefined>(undefined, { type: 'number' }),
      })
      .map((event) => given({ type: 'event', names: ['a', 'b'], ...event })),
  ),
  timed(fc.constantFrom<JsonObject>(
    { type: 'ask', kind: 'approval', prompt: 'May it?' },
    { type: 'ask', kind: 'choice', prompt: 'Which?', choices: ['x', 'y'], timeoutValue: 'x' },
  )), // prettier-ignore
  fc.constantFrom<JsonObject>(
    { type: 'emit', event: { name: 'a', key: 'order', payload: 5 } },
    { type: 'emit', message: { exchange: 'x', routingKey: 'y', body: 1 } },
  ),
);

const child = ({ children }: Surroundings): fc.Arbitrary<JsonObject> =>
  timed(
    fc
      .record({
        workflow: fc.constantFrom(...children),
        key: mostly<string | undefined>(undefined, 'same'),
        detached: mostly<boolean | undefined>(undefined, true),
        onParentClose: mostly('cancel', 'abandon'),
        onCancel: fc.constantFrom('abandon', 'request', 'wait'),
        attempts: fc.integer({ min: 1, max: 2 }),
        compensate: mostly<JsonObject | undefined>(undefined, undo),
      })
      .map(({ attempts, key, ...more }) =>
        given({
          type: 'workflow', input: {}, key, ...more,
          ...(key === undefined && { retry: { maxAttempts: attempts, delay: '1s', jitter: 0 } }),
        })), // prettier-ignore
  );

/** A step that holds no others. */
export const leaf = (around: Surroundings): fc.Arbitrary<JsonObject> =>
  fc.oneof(
    { weight: 4, arbitrary: simple },
    { weight: 1, arbitrary: waits },
    ...(around.children.length > 0 ? [{ weight: 1, arbitrary: child(around) }] : []),
  );
