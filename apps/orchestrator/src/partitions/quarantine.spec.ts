import type { InstanceId } from '#libs/engine';
import type { Input } from './inputs.js';
import { Quarantine } from './quarantine.js';

const instanceId = 'i1' as InstanceId;
const completion: Input = {
  kind: 'message',
  instanceId,
  message: { type: 'stepCompleted', path: 'a', token: 2, output: 'x', worker: 'w', startedAt: 1 },
};

describe('Quarantine', () => {
  it('turns a refused completion into a failed attempt when it comes again, and gives up when that is refused too', () => {
    const quarantine = new Quarantine();
    expect(quarantine.sentence(completion)).toBe(completion);
    expect(quarantine.convict(completion, 'invalid byte')).toBe(true);
    expect(quarantine.sentence(completion)).toMatchObject({
      instanceId,
      message: { type: 'stepFailed', path: 'a', token: 2, failure: { code: 'OUTPUT_INVALID', retryable: false } },
    });
    expect(quarantine.convict(completion, 'invalid byte')).toBe(false);
  });

  it('has nothing to make of other inputs', () => {
    expect(new Quarantine().convict({ kind: 'hint', instanceId }, 'x')).toBe(false);
  });

  it('leaves an instance alone', () => {
    const quarantine = new Quarantine();
    quarantine.add(instanceId);
    expect([quarantine.has(instanceId), quarantine.has('other' as InstanceId)]).toEqual([true, false]);
  });
});
