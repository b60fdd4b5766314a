import { benchOptions } from '../options.js';
import { type OverloadSample, overloadTable, slopeOf } from './overload.js';

const samples = (mib: (minute: number) => number): OverloadSample[] =>
  Array.from({ length: 10 }, (_, i) => ({
    atS: (i + 1) * 60,
    memory: { standalone: mib(i + 1), postgresql: 100 * i, client: 50 * i },
    answers: { 503: 5 },
  }));

describe('slopeOf', () => {
  it('leaves out warming up, and what is not ours', () => {
    expect(slopeOf(samples((minute) => (minute < 4 ? 100 * minute : 400)))).toEqual({ mibPerMinute: 0, isFlat: true });
  });

  it('calls what grows all the time not flat', () => {
    expect(slopeOf(samples((minute) => 200 + 30 * minute))).toEqual({ mibPerMinute: 30, isFlat: false });
  });
});

it('overloadTable says what matters', () => {
  const operator = { p50Ms: 5, p99Ms: 9, answered: 3, refused: 0 };
  const result = { samples: samples(() => 300), mibPerMinute: 0, isFlat: true, mute: 0, operator, recoveredMs: 7 };
  const text = overloadTable(result);
  expect(text).toContain('  60 s  standalone 300 MiB');
  expect(text).toContain('memory of the services 0 MiB a minute after warming up: flat');
});

it('benchOptions takes ten minutes of overload, or thirty seconds', () => {
  expect(benchOptions(['--overload'])).toMatchObject({ mode: 'overload', seconds: 600 });
  expect(benchOptions(['--overload', '--quick'])).toMatchObject({ mode: 'overload', seconds: 30 });
});
