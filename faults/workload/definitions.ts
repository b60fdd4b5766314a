/** The workload: every kind of step a fault can hit. `ms` and what else they need comes with the input. */
const work = (id: string, more: object = {}) => ({ id, task: 'ledger.work', input: { ms: '${input.ms}' }, ...more });
const document = (name: string, steps: object[], more: object = {}) => ({
  name: `faults.${name}`,
  version: '1.0.0',
  steps,
  ...more,
});

/** How instances of a definition end, whatever happens. */
export interface MixEntry {
  readonly kind: MixKind;
  /** Of 100 starts. */
  readonly share: number;
  readonly ends: string;
  readonly definition: object;
}
export type MixKind = 'chain' | 'fan' | 'saga' | 'timer' | 'signal' | 'parent' | 'loop' | 'once';

const fanWidth = 20;
const rounds = 50;
export const signalsEach = 3;

const undo = (id: string) => ({ compensate: { task: 'ledger.work', input: { ms: 5 } }, id });
const waits = Array.from({ length: signalsEach }, (_, i) => ({ id: `wait${i + 1}`, type: 'event', names: ['go'] }));

/** 40 chains of 5, 20 fan-outs of 20 with a join, 10 sagas that fail, 10 timers, 10 that wait for events, 5 children, 5 loops of 50; of the chains some are at-most-once. */
export const mix: readonly MixEntry[] = [
  {
    kind: 'chain',
    share: 35,
    ends: 'completed',
    definition: document(
      'chain',
      ['a', 'b', 'c', 'd', 'e'].map((id) => work(id)),
    ),
  },
  {
    kind: 'once',
    share: 5,
    ends: 'completed',
    definition: document(
      'once',
      [work('a'), work('once', { effect: 'atMostOnce', allowFailure: true, retry: { maxAttempts: 1 } }), work('b')],
      { output: null },
    ),
  },
  {
    kind: 'fan',
    share: 20,
    ends: 'completed',
    definition: document('fan', [
      ...Array.from({ length: fanWidth }, (_, i) => work(`s${i + 1}`, { needs: [] })),
      work('join', { needs: Array.from({ length: fanWidth }, (_, i) => `s${i + 1}`) }),
    ]),
  },
  {
    kind: 'saga',
    share: 10,
    ends: 'compensated',
    definition: document('saga', [
      ...['a', 'b', 'c'].map((id) => work(id, undo(id))),
      { id: 'last', task: 'ledger.work', input: { ms: '${input.ms}', fail: true } },
    ]),
  },
  {
    kind: 'timer',
    share: 10,
    ends: 'completed',
    definition: document('timer', [work('a'), { id: 'rest', type: 'sleep', for: '${input.restMs}' }, work('b')]),
  },
  {
    kind: 'signal',
    share: 10,
    ends: 'completed',
    definition: document('signal', [...waits, work('b')], { output: waits.map(({ id }) => `\${steps.${id}.output.payload}`) }),
  },
  {
    kind: 'parent',
    share: 5,
    ends: 'completed',
    definition: document('parent', [
      work('a'),
      { id: 'child', type: 'workflow', workflow: 'faults.chain', input: { ms: '${input.ms}' } },
      work('b'),
    ]),
  },
  {
    kind: 'loop',
    share: 5,
    ends: 'completed',
    definition: document('loop', [
      {
        id: 'round',
        type: 'repeat',
        until: `\${index == ${rounds - 1}}`,
        maxIterations: rounds,
        steps: [{ id: 'a', task: 'ledger.work' }],
      },
    ]),
  },
];

/** The one to start next. @param draw uniform in [0, 1) */
export function chosen(draw: number, entries: readonly MixEntry[] = mix): MixEntry {
  const all = entries.reduce((sum, { share }) => sum + share, 0);
  let left = draw * all;
  return entries.find(({ share }) => (left -= share) < 0) ?? entries.at(-1)!;
}
