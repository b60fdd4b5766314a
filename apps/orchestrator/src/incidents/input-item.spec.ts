import type { InstanceId } from '#libs/engine';
import { partitionItemSchema } from '#libs/contracts';
import { readParcel } from '../partitions/inputs.js';
import { itemOf, nameOf, namedIn } from './input-item.js';

const instanceId = '0199a0b1-7c3d-7e4f-8a5b-6c7d8e9f0a1b' as InstanceId;

it('tells an input as the message it came by', () => {
  const item = {
    kind: 'completed',
    instanceId,
    path: 'a',
    token: 3,
    output: { x: [1] },
    worker: 'w',
    startedAt: 1,
    durationMs: 2,
  };
  const content = Buffer.from(JSON.stringify({ v: 1, tenant: 'main', kind: 'partition', items: [item] }));
  const { parcel } = readParcel({ content } as never, () => true);
  const input = parcel?.inputs[0];
  expect(JSON.parse(JSON.stringify(itemOf(input!)))).toEqual(item);
  expect(nameOf(input!)).toBe(`${instanceId}:stepCompleted:3`);
});

it.each(['wake', 'dispatch'] as const)('tells what was not said by anybody as a look at the instance: %s', (type) => {
  const item = itemOf({ kind: 'message', instanceId, message: { type } as never });
  expect(partitionItemSchema.parse(item)).toEqual({ kind: 'hint', instanceId });
});

it.each([
  [`{"items":[{"instanceId": "${instanceId.toUpperCase()}", "path":"ship/3/\\"p", broken`, { instanceId, path: 'ship/3/"p' }],
  [`{"path":"a"}`, {}],
  [`"instanceId":"${instanceId}"`, { instanceId }],
])('finds what a broken message is about: %s', (text, expected) => {
  expect(namedIn(text)).toEqual(expected);
});
