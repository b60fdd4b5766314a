import { partitionEnvelopeSchema } from '#libs/contracts';
import { command } from '../testing/scripted-owner.js';
import { claimItem, completedItem, failedItem, partitionEnvelope, progressItem, returnedItem } from './partition-items.js';

const ran = { worker: 'w "1"', startedAt: 1_700_000_000_000 };
const odd = command({ path: 'ship/"3"/päck', queue: 'a\\b', task: 't' });

it('writes items as the schema of the wire says, whatever the names are', () => {
  const failure = { code: 'X', message: '"quoted"\n', details: { a: [1] }, retryable: false };
  const lines = [{ no: 1, at: 5, level: 'warn' as const, text: '"a"\n' }];
  const items = [
    completedItem(odd, ran, '{"a":"\\u2028"}', { note: 'a note', lines }),
    completedItem(odd, ran, 'null'),
    failedItem(odd, ran, failure),
    failedItem(odd, ran, failure, lines),
    progressItem(odd, ran.worker, { details: { done: 1 }, lines }),
    progressItem(odd, ran.worker, { details: null }),
    claimItem(odd, ran.worker),
    returnedItem(odd, ran.worker),
  ];
  const logs = { attempt: 1, logs: lines };
  const ref = { instanceId: odd.instanceId, path: odd.path, token: odd.token };
  expect(partitionEnvelopeSchema.parse(JSON.parse(partitionEnvelope('main', items).toString()))).toEqual({
    v: 1,
    tenant: 'main',
    kind: 'partition',
    items: [
      { kind: 'completed', ...ref, ...ran, output: { a: '\u2028' }, note: 'a note', ...logs },
      { kind: 'completed', ...ref, ...ran, output: null },
      { kind: 'failed', ...ref, ...ran, failure },
      { kind: 'failed', ...ref, ...ran, failure, ...logs },
      { kind: 'progress', ...ref, worker: ran.worker, details: { done: 1 }, ...logs },
      { kind: 'progress', ...ref, worker: ran.worker, details: null },
      { kind: 'claim', ...ref, claimant: ran.worker },
      { kind: 'returned', ...ref, queue: 'a\\b', task: 't', delivery: 1, worker: ran.worker },
    ],
  });
});
