import fc from 'fast-check';
import type { z } from 'zod';
import { liveSchema, partitionEnvelopeSchema, stepEnvelopeSchema } from './wire.js';
import { isPlainHeads, isPlainPartition, isPlainSteps } from './wire-guards.js';

const runs = Number(process.env.ORQUESTRA_TEST_RUNS ?? 300);
const id = '01890a5d-ac96-774b-bcce-b302099a8057';
const ref = { instanceId: id, path: 'ship/3/pack', token: 7 };
const ran = { worker: 'w1', startedAt: 1_789_000_000_000.5 };

const command = {
  ...ref,
  partition: 0,
  attempt: 1,
  task: 'echo',
  queue: 'default',
  input: { ok: true, deep: [{ a: null }] },
  idempotencyKey: `${id}/0/pack/0`,
  timeoutMs: 600_000,
  claimed: false,
  delivery: 1,
  definition: 'shop',
  version: '1.0.0',
};
const delta = {
  id,
  definition: 'shop',
  version: '1.0.0',
  key: null,
  status: 'running',
  seq: 3,
  summary: 'one of two',
  startedAt: 1,
  endedAt: null,
  createdAt: 1,
  stepsDone: 1,
  stepsTotal: 2,
  currentStep: 'pack',
  errorCode: null,
};
const envelope = (kind: string, items: readonly object[]) => ({ v: 1, tenant: 'main', kind, items });

const hot: [what: string, message: object, isPlain: (value: unknown) => boolean, schema: z.ZodType][] = [
  [
    'step commands',
    envelope('steps', [command, { ...command, heartbeatMs: 5_000, traceparent: '00-a-b-01' }]),
    isPlainSteps,
    stepEnvelopeSchema,
  ],
  [
    'completions',
    envelope('partition', [
      { kind: 'completed', ...ref, ...ran, output: { ok: [1, 'two', null, { three: 3.5 }] } },
      { kind: 'completed', ...ref, ...ran, output: null, durationMs: 0.2, note: 'replaced' },
    ]),
    isPlainPartition,
    partitionEnvelopeSchema,
  ],
  ['hints', envelope('partition', [{ kind: 'hint', instanceId: id }]), isPlainPartition, partitionEnvelopeSchema],
  [
    'handed-back commands',
    envelope('partition', [{ kind: 'returned', ...ref, queue: 'default', task: 'echo', delivery: 1, worker: 'w1' }]),
    isPlainPartition,
    partitionEnvelopeSchema,
  ],
  [
    'heads',
    { ...envelope('heads', [delta, { ...delta, key: 'order-1', endedAt: 2.5, errorCode: 'GONE' }]), partition: 3 },
    isPlainHeads,
    liveSchema,
  ],
];

/** All places of a document. */
function placesOf(value: unknown, at: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, member]) => placesOf(member, [...at, key]))];
}

function changed(message: object, place: readonly (string | number)[], to: unknown): unknown {
  if (place.length === 0) return to;
  const copy = structuredClone(message);
  let parent = copy as Record<string | number, unknown>;
  for (const key of place.slice(0, -1)) parent = parent[key] as typeof parent;
  if (to === undefined) delete parent[place.at(-1)!];
  else parent[place.at(-1)!] = to;
  return copy;
}

/** A guard may say no to anything, and yes only to what the schema takes and leaves as it is. */
function agrees(value: unknown, isPlain: (value: unknown) => boolean, schema: z.ZodType): void {
  const parsed: unknown = JSON.parse(JSON.stringify(value) ?? 'null');
  if (!isPlain(parsed)) return;
  const result = schema.safeParse(parsed);
  expect(result.error).toBeUndefined();
  expect(parsed).toMatchObject(result.data as object);
}

const odd = [undefined, null, 0, -1, 1.5, 2 ** 53, '', 'x', id, id.toUpperCase(), true, [], {}, [null], { a: 1 }];

describe.each(hot)('the quick check of %s', (_what, message, isPlain, schema) => {
  it('says yes to what is sent all the time', () => {
    expect(isPlain(message)).toBe(true);
    agrees(message, isPlain, schema);
  });

  it('never says yes to what the schema refuses: one member changed', () => {
    for (const place of placesOf(message)) for (const to of odd) agrees(changed(message, place, to), isPlain, schema);
  });

  it('never says yes to what the schema refuses: several members changed at random', () => {
    const places = placesOf(message);
    const change = fc.tuple(fc.constantFrom(...places), fc.oneof(fc.constantFrom(...odd), fc.jsonValue()));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let value: unknown = message;
        for (const [place, to] of changes) {
          try {
            value = changed(value as object, place, to);
          } catch {
            return; // an earlier change took the place away
          }
        }
        agrees(value, isPlain, schema);
      }),
      { numRuns: runs },
    );
  });

  it('leaves other kinds and what is no object to the schema', () => {
    for (const value of [null, 1, 'x', [], {}, { ...message, v: 2 }, { ...message, kind: 'other' }, { ...message, items: [] }])
      expect(isPlain(value)).toBe(false);
  });
});

it('a head has one of the statuses there are', () => {
  const heads = (status: string) => ({ ...envelope('heads', [{ ...delta, status }]), partition: 3 });
  expect([isPlainHeads(heads('failed')), liveSchema.safeParse(heads('failed')).success]).toEqual([true, true]);
  expect([isPlainHeads(heads('<b>')), liveSchema.safeParse(heads('<b>')).success]).toEqual([false, false]);
});

it('numbers beyond all bounds and members called __proto__ are left to the schema', () => {
  const completed = (output: string) =>
    JSON.parse(
      JSON.stringify(envelope('partition', [{ kind: 'completed', ...ref, ...ran, output: 'OUTPUT' }])).replace(
        '"OUTPUT"',
        output,
      ),
    ) as unknown;
  expect(isPlainPartition(completed('[1e300]'))).toBe(true);
  for (const output of ['1e999', '{"a":[1e999]}', '{"__proto__":1}']) expect(isPlainPartition(completed(output))).toBe(false);
});
