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
    expect(quarantine.ids()).toEqual([instanceId]);
  });

  it('has an inbox read first until what was in it is committed', () => {
    const quarantine = new Quarantine();
    quarantine.add(instanceId);
    quarantine.holds(instanceId);
    expect(quarantine.takesUp(instanceId)).toBe(false);
    quarantine.tookUp(instanceId); // while it is left alone nothing of it was decided
    quarantine.lift(instanceId);
    expect([quarantine.takesUp(instanceId), quarantine.takesUp(instanceId)]).toEqual([true, true]);
    quarantine.tookUp(instanceId);
    expect(quarantine.takesUp(instanceId)).toBe(false);
  });

  it("forgets those of a partition that is somebody else's now", () => {
    const quarantine = new Quarantine();
    const other = 'i2' as InstanceId;
    for (const id of [instanceId, other]) {
      quarantine.holds(id);
      quarantine.add(id);
    }
    quarantine.forget((id) => id === instanceId);
    quarantine.lift(other);
    expect([quarantine.ids(), quarantine.takesUp(instanceId), quarantine.takesUp(other)]).toEqual([[], false, true]);
  });
});
