import type { ChaosAllowed } from '@contracts/rest/chaos';
import { faultsOf, firstPlan, planFaults, rateText, toPlanRequest, type ChaosForm } from './chaos-plan';
import { chaosKinds, chaosSubjects } from './chaos-words';

const profiles = {
  gentle: { failStep: { rate: 0.02 } },
  moderate: { killWorker: { rate: 3 }, failStep: { rate: 0.1 }, delayMessage: { rate: 0.05, ms: 500 } },
  aggressive: { failStep: { rate: 0.3 } },
} as ChaosAllowed['profiles'];
const plan = firstPlan(profiles);
const withFault = (kind: keyof ChaosForm['faults'], part: object): ChaosForm => ({
  ...plan,
  faults: { ...plan.faults, [kind]: { ...plan.faults[kind], ...part } },
});

it('every kind of fault is shown, once', () =>
  expect(chaosSubjects.flatMap(({ kinds }) => kinds).sort()).toEqual([...chaosKinds].sort()));

describe('a plan', () => {
  it('begins with the faults of a profile; others are off', () => {
    expect(plan.faults.delayMessage).toEqual({ isOn: true, rate: '5', ms: '500' });
    expect(plan.faults.killWorker).toEqual({ isOn: true, rate: '3', ms: '' });
    expect(plan.faults.cutDatabase.isOn).toBe(false);
    expect(faultsOf(profiles, 'gentle').killWorker).toMatchObject({ isOn: false, rate: '3' });
  });

  it('sends the profile alone while nothing differs from it', () =>
    expect(toPlanRequest(plan, profiles)).toEqual({ profile: 'moderate', durationMs: 60_000 }));

  it('sends what differs: percents as shares, what is switched off as none', () => {
    expect(toPlanRequest(withFault('failStep', { rate: '12.5' }), profiles).faults).toEqual({ failStep: { rate: 0.125 } });
    expect(toPlanRequest(withFault('killWorker', { isOn: false }), profiles).faults).toEqual({ killWorker: { rate: 0 } });
    expect(toPlanRequest(withFault('delayMessage', { ms: '900' }), profiles).faults).toEqual({
      delayMessage: { rate: 0.05, ms: 900 },
    });
  });

  it('sends where, with which seed, and whether instances may fail, only when it is said', () =>
    expect(
      toPlanRequest({ ...plan, queues: 'fast, slow', services: ' worker ', seed: '42', mayFailInstances: true }, profiles),
    ).toMatchObject({ scope: { queues: ['fast', 'slow'], services: ['worker'] }, seed: 42, mayFailInstances: true }));

  it.each([
    [withFault('failStep', { rate: '101' }), ['rate-failStep']],
    [withFault('failStep', { rate: '' }), ['rate-failStep']],
    [withFault('failStep', { rate: 'x' }), ['rate-failStep']],
    [withFault('killWorker', { rate: '61' }), ['rate-killWorker']],
    [withFault('delayMessage', { ms: '10001' }), ['ms-delayMessage']],
    [withFault('failStep', { isOn: false, rate: 'x' }), []],
    [{ ...plan, seed: '-1' }, ['seed']],
    [plan, []],
  ])('faults of the plan are found: case %#', (form, found) => expect(Object.keys(planFaults(form))).toEqual(found));
});

it.each([
  ['failStep', { rate: 0.025 }, '2.5 %'],
  ['killWorker', { rate: 2 }, '2 a minute'],
  ['delayMessage', { rate: 0.05, ms: 500 }, '5 %, up to 500 ms'],
] as const)('%s at %j is "%s"', (kind, fault, text) => expect(rateText(kind, fault)).toBe(text));
