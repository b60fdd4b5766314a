import { crashPoints } from '#libs/platform';
import { scenarios, unavailable } from './catalogue.js';
import { errands } from './crash/errands.js';
import { passages } from './crash/passages.js';
import { provocations } from './crash/provoke.js';
import { faultOptions } from './options.js';
import { crashPointsTable } from './pages.js';
import { Random } from './random.js';
import { failedReport, joined, type Report, reportOf, type ScenarioReport } from './report.js';
import { reportTable } from './report-table.js';

describe('Random', () => {
  it('draws the same from the same seed, and something else for another purpose', () => {
    const draws = (random: Random) => Array.from({ length: 5 }, () => random.whole(1, 1_000));
    expect(draws(new Random(7))).toEqual(draws(new Random(7)));
    expect(draws(new Random(7))).not.toEqual(draws(new Random(8)));
    expect(draws(new Random(7).fork('a'))).not.toEqual(draws(new Random(7).fork('b')));
  });

  it('covers the whole range evenly', () => {
    const random = new Random(1);
    const counts = new Map<number, number>();
    for (let i = 0; i < 6_000; i += 1) {
      const drawn = random.whole(1, 6);
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(Math.min(...counts.values())).toBeGreaterThan(850);
  });
});

describe('the catalogue', () => {
  it('has each of F1 to F42 once, in order, as a scenario or with the reason why not', () => {
    const numbersOf = (some: readonly { id: string }[]): number[] => some.map(({ id }) => Number(id.slice(1)));
    const inOrder = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);
    for (const some of [scenarios, unavailable]) expect(numbersOf(some)).toEqual(inOrder(numbersOf(some)));
    expect(inOrder([...numbersOf(scenarios), ...numbersOf(unavailable)])).toEqual(Array.from({ length: 42 }, (_, i) => i + 1));
  });
});

describe('faultOptions', () => {
  const parse = (...args: string[]) => faultOptions(args, scenarios, 5);

  it('takes all scenarios, those of the smoke set, or those that are named', () => {
    expect(parse()).toMatchObject({ scale: 'matrix', seeds: [5], scenarios: [...scenarios] });
    expect(parse('--smoke').scenarios.length).toBeLessThan(scenarios.length);
    expect(parse('--scenario', 'f7,F1', '--seed', '9')).toMatchObject({ seeds: [9], scenarios: [{ id: 'F7' }, { id: 'F1' }] });
  });

  it('takes several seeds, each once', () => {
    expect(parse('--seed', '3,1,3')).toMatchObject({ seeds: [3, 1] });
  });

  it.each([
    ['--scenario', 'F99'],
    ['--seed', '1,'],
    ['--seed', 'x'],
    ['--minutes', '0'],
    ['--smoke', '--full'],
  ])('refuses %s %s', (...args) => {
    expect(() => parse(...args)).toThrow(RangeError);
  });
});

describe('the table of crash points', () => {
  it('has a line for every point, with what leads there and what became of it', () => {
    const row = { point: 'batch.committed', role: 'orchestrator', reached: true, recoveredMs: 812, violations: 0 };
    const missed = { point: 'batch.sent', role: 'orchestrator', reached: false, recoveredMs: 0, violations: 1 };
    const runs = [1, 2].map((seed) => ({ ...failedReport(scenarios[1]!, seed, 0, ''), rows: [row, missed] }));
    const lines = crashPointsTable({ scenarios: runs }).split('\n').slice(2);
    expect(lines.map((line) => /`([^`]+)`/.exec(line)?.[1])).toEqual(crashPoints.map(({ name }) => name));
    expect(lines.find((line) => line.includes('`batch.committed`'))).toMatch(/\| load \| held, held \| 812, 812 \|$/);
    expect(lines.find((line) => line.includes('`batch.sent`'))).toMatch(/\| not reached, not reached \|/);
    expect(lines.find((line) => line.includes('`hand-over.stopped`'))).toMatch(/\| stop \| – \| – \|$/);
  });

  it('needs every errand and every provocation', () => {
    const used = new Set<string>(Object.values(passages));
    expect([...Object.keys(errands), ...Object.keys(provocations)].filter((name) => !used.has(name))).toEqual([]);
  });
});

describe('the report', () => {
  it('has a line for each scenario and seed, with its recovery and what was violated', () => {
    const held: ScenarioReport = {
      ...failedReport(scenarios[0]!, 7, 12, ''),
      ...{ outcome: 'held', instances: { completed: 900, compensated: 100 }, counts: { faults: 10 }, notes: [] },
      measures: ['p50', 'p95', 'longest'].map((name, n) => ({ name: `recovery of an instance ${name}`, value: 1_000 * n, unit: 'ms' })),
    };
    const broken = failedReport(scenarios[0]!, 8, 3, 'no broker');
    const report = reportOf([held, broken], unavailable, [7, 8], 'matrix', new Date());
    const lines = reportTable(report).split('\n');
    expect(lines[1]).toMatch(/^F1 .+ 7 +✓ held +1,000 .* 10 +.* 0\.0 \/ 1\.0 \/ 2\.0 +0 +12$/);
    expect(lines[2]).toMatch(/^F1 .+ 8 +✕ error/);
    expect(lines.slice(3)).toEqual(['  F1 (8) no broker', expect.stringContaining('1 of 2 runs of scenarios held')]);
  });

  it('joins runs that were kept apart', () => {
    const kept = (id: number, seed: number): Report => {
      const one = failedReport(scenarios[id]!, seed, 5, 'no broker');
      return { ...reportOf([one], unavailable, [seed], 'matrix', new Date(id)), seconds: 5 };
    };
    const report = joined([kept(3, 2), kept(9, 1), kept(1, 1)]);
    expect(report.scenarios.map(({ id, seed }) => [id, seed])).toEqual([
      ['F2', 1],
      ['F10', 1],
      ['F4', 2],
    ]);
    expect(report).toMatchObject({ seeds: [1, 2], startedAt: new Date(1).toISOString(), seconds: 15, totals: { scenarios: 3 } });
    expect(() => joined([kept(1, 1), { ...kept(1, 1), scale: 'full' }])).toThrow('of one scale, but they are of matrix and full');
  });
}); // prettier-ignore
