import type { ChaosAllowed } from '@contracts/rest/chaos';
import { noSamples, withSample } from './chaos-samples';

const chaos = (run: string, injected: number, enabled = true): ChaosAllowed =>
  ({ allowed: true, enabled, run: { id: run }, report: { injected, during: { successRate: 1 } } }) as unknown as ChaosAllowed;
const faultsOf = (told: readonly ChaosAllowed[]): number[] =>
  told.reduce((samples, one, at) => withSample(samples, one, at), noSamples).list.map(({ faults }) => faults);

describe('withSample', () => {
  it('counts what was injected since the sample before; of the first one that is not known', () =>
    expect(faultsOf([chaos('a', 5), chaos('a', 7), chaos('a', 7), chaos('a', 12)])).toEqual([0, 2, 0, 5]));
  it('starts anew with another run, and when the figures are reset', () => {
    expect(faultsOf([chaos('a', 5), chaos('a', 7), chaos('b', 9)])).toEqual([0]);
    expect(faultsOf([chaos('a', 5), chaos('a', 0), chaos('a', 1)])).toEqual([0, 1]);
  });
  it('takes the last of a run that has ended, but nothing of one it has not seen', () => {
    expect(faultsOf([chaos('a', 5), chaos('a', 8, false)])).toEqual([0, 3]);
    expect(faultsOf([chaos('a', 5, false)])).toEqual([]);
  });
});
