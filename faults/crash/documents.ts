/** What the workload has none of: locks, emits, joined children, limited queues, waits for people who never come. */
const work = (id: string, more: object = {}) => ({ id, task: 'ledger.work', input: { ms: 20 }, ...more });
const document = (name: string, steps: object[], more: object = {}) => ({
  name: `errand.${name}`,
  version: '1.0.0',
  steps,
  ...more,
});

export const limitedQueue = 'limited';

export const errandDocuments: readonly object[] = [
  document('plain', [work('a')]),
  document('told', [work('a')]),
  document('claimed', [work('a', { heartbeat: '20s', input: { ms: '${input.ms}' } })]),
  document('locked', [{ id: 'hold', type: 'lock', key: 'till-${input.round}', steps: [work('a')] }]),
  document('waiting', [{ id: 'paid', type: 'event', names: ['paid'], correlate: '${input.key}' }]),
  document('emitting', [{ id: 'tell', type: 'emit', event: { name: 'paid', key: '${input.key}', payload: 1 } }]),
  document('joining', [{ id: 'child', type: 'workflow', workflow: 'errand.plain', key: '${input.key}', input: {} }]),
  document('sleeping', [{ id: 'rest', type: 'sleep', for: '1h' }]),
  document('changed', [work('a')]),
  document('limited', [work('a', { queue: limitedQueue })]),
];
