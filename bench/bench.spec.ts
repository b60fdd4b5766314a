import { spawn } from 'node:child_process';
import { cpuBetween, cpuTimes } from './cpu.js';
import { parsePss } from './memory.js';
import { findingsTable } from './finding.js';
import { benchOptions } from './options.js';
import { parseStat } from './processes.js';
import { memoryTable, rowOf, tableOf, withRatios, type Repetition } from './report.js';
import type { WorkloadName } from './workloads.js';

describe('cpu', () => {
  it('reads a line of /proc whose command holds parentheses and spaces', () => {
    const line = '42 (a (b) c) S 7 42 42 0 -1 4194560 1 2 3 4 10 20 30 40 20 0 1 0 100';
    expect(parseStat(line)).toEqual({ pid: 42, parent: 7, command: 'a (b) c', ticks: 100 });
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('counts a process that works, and not one that sleeps', async () => {
    const busy = spawn(process.execPath, [
      '-e',
      'while (process.cpuUsage().user < 300_000); console.log(1); setInterval(() => 0, 1e6)',
    ]);
    const idle = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1e6)']);
    try {
      const roots = [
        { name: 'busy', pid: busy.pid ?? 0 },
        { name: 'idle', pid: idle.pid ?? 0 },
      ];
      const before = cpuTimes(roots);
      await new Promise((resolve) => busy.stdout.once('data', resolve));
      const used = cpuBetween(before, cpuTimes(roots));
      expect(used['busy']).toBeGreaterThan(0.05);
      expect(used['busy']).toBeGreaterThan(used['idle'] ?? 0);
      const withOurs = cpuTimes([{ name: 'ours', pid: process.pid }, ...roots]);
      const alone = cpuTimes([{ name: 'ours', pid: process.pid }]);
      expect((alone.get('ours') ?? 0) - (withOurs.get('ours') ?? 0)).toBeCloseTo(
        (withOurs.get('busy') ?? 0) + (withOurs.get('idle') ?? 0),
        1,
      );
    } finally {
      busy.kill('SIGKILL');
      idle.kill('SIGKILL');
    }
  });
});

describe('memory', () => {
  it('reads the proportional share from the summary of a process', () => {
    expect(parsePss('Rss:  900 kB\nPss:      512 kB\nPss_Anon: 100 kB\n')).toBe(512 * 1_024);
    expect(parsePss('')).toBe(0);
  });
});

describe('benchOptions', () => {
  it('measures both targets with five repetitions of all but the long workloads unless told otherwise', () => {
    expect(benchOptions([])).toMatchObject({
      mode: 'workloads',
      targets: ['standalone', 'cluster'],
      repetitions: 5,
      workloads: ['W1', 'W2', 'W3', 'W5', 'W4', 'W7'],
      load: { chains: 2_000, waiting: [10_000] },
    });
    expect(benchOptions(['--quick', '--standalone'])).toMatchObject({
      targets: ['standalone'],
      repetitions: 2,
      workloads: ['W1', 'W2', 'W3', 'W5'],
    });
    expect(benchOptions(['--cluster', '--workers', '4', '--workloads', 'w6,W8', '--minutes', '2'])).toMatchObject({
      targets: ['cluster'],
      counts: { orchestrator: 2, worker: 4 },
      workloads: ['W6', 'W8'],
      load: { minutes: 2 },
    });
    expect(benchOptions(['--all'])).toMatchObject({
      workloads: ['W1', 'W2', 'W3', 'W4', 'W5', 'W6', 'W7', 'W8', 'VERIFY'],
      load: { waiting: [10_000, 100_000], stored: [0, 1_000_000, 10_000_000] },
    });
    expect(benchOptions(['--waiting', '100000', '--stored', '5000000']).load).toMatchObject({
      waiting: [100_000],
      stored: [0, 5_000_000],
    });
    expect(benchOptions(['--scaling']).mode).toBe('scaling');
  });

  it.each([[['--workers', '0']], [['--profile', 'fast']], [['--repetitions', 'x']], [['--workloads', 'W9']]])(
    'refuses %s',
    (args) => {
      expect(() => benchOptions(args)).toThrow(RangeError);
    },
  );
});

const repetition = (workload: WorkloadName, ms: number[], seconds: number): Repetition => ({
  measured: { workload, steps: ms.length * 5, ms },
  cpuSeconds: { worker: seconds, postgresql: seconds / 2, client: 1 },
  memory: { worker: 100 + seconds * 100, client: 50 },
});

describe('rowOf', () => {
  const row = rowOf('cluster', [
    repetition('W2-5', [10, 20], 0.01),
    repetition('W2-5', [10, 10], 0.03),
    repetition('W2-5', [30, 10], 0.02),
  ]);

  it('shows medians over the repetitions, and the CPU of the services without that of the client', () => {
    expect(row).toMatchObject({ stepsPerSecond: 333, p50Ms: 10, p99Ms: 20, repetitions: 3 });
    expect(row.cpuUsPerStep).toEqual({ worker: 2_000, postgresql: 1_000, client: 100_000 });
    expect(row.cpuUsPerStepInAll).toBe(3_000);
  });

  it('prints as a table, and the most memory of each process', () => {
    const [head, line] = tableOf([row]).split('\n');
    expect(head).toMatch(/^target +workload +steps\/s/);
    expect(line).toMatch(
      /^cluster +W2 five idle steps +333 +10 +20 +≤ 14 ms +– +3000 +worker 2000, postgresql 1000, client 100000$/,
    );
    expect(memoryTable([row])).toBe('memory of cluster, MiB (PSS, at most): worker 103, client 50');
  });
});

describe('withRatios', () => {
  it('relates speed to the speed, and latency to the latency, of the floor of the same target', () => {
    const rows = withRatios([
      rowOf('standalone', [repetition('W1', [200], 0)]),
      rowOf('standalone', [repetition('W1', [80], 0)], true),
      rowOf('standalone', [repetition('W2-1', [3], 0)]),
      rowOf('standalone', [repetition('W2-1', [2], 0)], true),
      rowOf('cluster', [repetition('W1', [200], 0)]),
    ]);
    expect(rows.map(({ ofFloor }) => ofFloor)).toEqual([0.4, undefined, 1.5, undefined, undefined]);
    expect(tableOf(rows)).toMatch(/standalone +W2 +its floor/);
  });
});

describe('findingsTable', () => {
  it('prints a line a figure, with its unit and its goal', () => {
    const finding = { target: 'cluster', workload: 'W4', what: 'due → all done', value: 0.7251, unit: 's' };
    const [head, first, second] = findingsTable([{ ...finding, goal: '≤ 1 s' }, finding]).split('\n');
    expect(head).toMatch(/^target +workload +figure +value +goal$/);
    expect(first).toMatch(/^cluster +W4 +due → all done +0.73 s +≤ 1 s$/);
    expect(second).toMatch(/0.73 s +–$/);
  });
});
