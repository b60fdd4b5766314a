import { chaosKinds } from '#libs/contracts';
import { type ChaosRunOrder, decideItem, decideSecond, draw, leavesOut, maySpoil } from './decide.js';
import { faultsOf, profiles } from './profiles.js';

const run = (over: Partial<ChaosRunOrder> = {}): ChaosRunOrder => ({
  id: '01890000-0000-7000-8000-000000000000',
  faults: { failStep: { rate: 0.3 }, killWorker: { rate: 6 }, delayMessage: { rate: 1, ms: 200 }, slowDatabase: { rate: 1 } },
  scope: {},
  seed: 42,
  mayFailInstances: false,
  elapsedMs: 0,
  leftMs: 60_000,
  ...over,
});
const who = { id: 'w1', roles: ['worker'] };
const chances = (order: ChaosRunOrder, of = who) =>
  Array.from({ length: 10_000 }, (_, n) => decideItem(order, of, 'failStep', n, {}) !== undefined);

describe('decideItem', () => {
  it('hits about as often as the rate says', () => {
    const hits = chances(run()).filter(Boolean).length;
    expect(hits).toBeGreaterThan(2_850);
    expect(hits).toBeLessThan(3_150);
  });

  it('repeats itself with the same seed and service, and with no other', () => {
    expect(chances(run())).toEqual(chances(run()));
    expect(chances(run({ seed: 43 }))).not.toEqual(chances(run()));
    expect(chances(run(), { ...who, id: 'w2' })).not.toEqual(chances(run()));
  });

  it('delays by at most the length that is set', () => {
    const lengths = Array.from({ length: 1_000 }, (_, n) => decideItem(run(), who, 'delayMessage', n, {})!.ms);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(200);
  });

  it('keeps to definitions, queues and services', () => {
    const always = { failStep: { rate: 1 } };
    const hits = (scope: ChaosRunOrder['scope'], where: object): boolean =>
      decideItem(run({ faults: always, scope }), who, 'failStep', 0, where) !== undefined;
    expect(hits({ definitions: ['a'] }, { definitions: ['a'] })).toBe(true);
    expect(hits({ definitions: ['a'] }, { definitions: ['b'] })).toBe(false);
    expect(hits({ definitions: ['a'] }, { definitions: ['a', 'b'] })).toBe(false);
    expect(hits({ definitions: ['a', 'b', 'c'] }, { definitions: ['a', 'b'] })).toBe(true);
    expect(hits({ definitions: ['a'] }, { definitions: [] })).toBe(false);
    expect(hits({ definitions: ['a'] }, {})).toBe(false);
    expect(hits({ queues: ['q'] }, { queue: 'q' })).toBe(true);
    expect(hits({ services: ['gateway'] }, {})).toBe(false);
    expect(hits({ services: ['worker'] }, {})).toBe(true);
    expect(hits({ services: ['w1'] }, {})).toBe(true);
  });
});

describe('decideSecond', () => {
  it('kills about as often a minute as the rate says', () => {
    const hits = Array.from({ length: 60_000 }, (_, second) => decideSecond(run(), who, 'killWorker', second)).filter(
      Boolean,
    ).length;
    expect(hits / 1_000).toBeCloseTo(6, 0);
  });

  it('leaves faults of a whole service out where only a definition is meant, unless a service is named', () => {
    expect(leavesOut({ scope: { definitions: ['a'] } }, 'killWorker')).toBe(true);
    expect(leavesOut({ scope: { definitions: ['a'], services: ['worker'] } }, 'killWorker')).toBe(false);
    expect(leavesOut({ scope: { queues: ['q'] } }, 'slowDatabase')).toBe(true);
    expect(leavesOut({ scope: { queues: ['q'] } }, 'failStep')).toBe(false);
  });
});

it('draws evenly', () => {
  const tenths = new Array<number>(10).fill(0);
  for (let n = 0; n < 20_000; n += 1) tenths[Math.floor(draw(7, 'dropMessage', 'w1', n) * 10)]! += 1;
  for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(200);
});

it('leaves a step alone that it has failed ten times', () => {
  expect([1, 10, 11].map(maySpoil)).toEqual([true, true, false]);
});

describe('faultsOf', () => {
  it('takes moderate when nothing is named, and nothing else when faults are', () => {
    expect(faultsOf({})).toEqual(profiles.moderate);
    expect(faultsOf({ faults: { failStep: { rate: 0.5 } } })).toEqual({ failStep: { rate: 0.5 } });
  });

  it('puts single faults in place of those of the profile, and takes away what has the rate 0', () => {
    const faults = faultsOf({ profile: 'gentle', faults: { delayMessage: { rate: 0.5 }, failStep: { rate: 0 } } });
    expect(faults.delayMessage).toEqual({ rate: 0.5, ms: 200 });
    expect(faults.failStep).toBeUndefined();
  });

  it('has every kind of fault in the stronger profiles', () => {
    for (const profile of [profiles.moderate, profiles.aggressive])
      expect(Object.keys(profile).sort()).toEqual(Object.keys(chaosKinds).sort());
  });
});
