import { ConfigError } from '../config/config-error.js';
import { loadConfig } from '../config/load-config.js';
import { armCrashPoint, crashPoint, crashPointAfterWrites } from './crash-point.js';
import { crashPoints } from './points.js';

const arm = (point: string | undefined, exits: number[], allowed = 'true'): void =>
  armCrashPoint(loadConfig({ ORQUESTRA_CRASH_POINT: point, ORQUESTRA_CRASH_POINTS_ALLOWED: allowed }), (code) =>
    exits.push(code),
  );

describe('a crash point', () => {
  afterEach(() => arm(undefined, []));

  it('ends the process as a kill would, at the first pass and once', () => {
    const exits: number[] = [];
    arm('batch.committed', exits);
    crashPoint('batch.decided');
    expect(exits).toEqual([]);
    crashPoint('batch.committed');
    crashPoint('batch.committed');
    expect(exits).toEqual([137]);
  });

  it('ends it at the pass that is asked for', () => {
    const exits: number[] = [];
    arm('batch.committed:3', exits);
    crashPoint('batch.committed');
    crashPoint('batch.committed');
    expect(exits).toEqual([]);
    crashPoint('batch.committed');
    expect(exits).toEqual([137]);
  });

  it('lets what was written in this turn leave first, where that is meant', async () => {
    const exits: number[] = [];
    arm('batch.sending', exits);
    crashPointAfterWrites('batch.sending');
    expect(exits).toEqual([]);
    await new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));
    expect(exits).toEqual([137]);
  });

  it('is refused where crash points are not allowed', () => {
    expect(() => arm('batch.committed', [], 'false')).toThrow(ConfigError);
    expect(() => arm('batch.committed', [], 'false')).toThrow(/ORQUESTRA_CRASH_POINTS_ALLOWED/);
  });

  it('is refused when there is none of that name, or no such pass', () => {
    expect(() => arm('batch.comitted', [])).toThrow(/did you mean batch.committed/);
    expect(() => arm('batch.committed:0', [])).toThrow(/expected/);
  });

  it('has a name of its own', () => {
    const names = crashPoints.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
