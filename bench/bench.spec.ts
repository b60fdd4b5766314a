import { spawn } from 'node:child_process';
import { cpuBetween, cpuTimes, parseStat } from './cpu.js';
import { benchOptions } from './options.js';
import { rowOf, tableOf, type Repetition } from './report.js';
import { median, percentile } from './statistics.js';

describe('percentile', () => {
  it('takes the nearest rank of an unsorted sample', () => {
    const sample = [9, 1, 10, 2, 8, 3, 7, 4, 6, 5];
    expect([percentile(sample, 0.5), percentile(sample, 0.99), percentile([4], 0.01)]).toEqual([5, 10, 4]);
    expect(() => percentile([], 0.5)).toThrow(RangeError);
  });

  it('has the mean of the two middle values as median of an even sample', () => {
    expect([median([4, 1, 3, 2]), median([3, 1, 2])]).toEqual([2.5, 2]);
  });
});

describe('cpu', () => {
  it('reads a line of /proc whose command holds parentheses and spaces', () => {
    const line = '42 (a (b) c) S 7 42 42 0 -1 4194560 1 2 3 4 10 20 30 40 20 0 1 0 100';
    expect(parseStat(line)).toEqual({ pid: 42, parent: 7, command: 'a (b) c', ticks: 100 });
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('counts a process that works, and not one that sleeps', async () => {
    const busy = spawn(process.execPath, [
      '-e',
      'const end = Date.now() + 300; while (Date.now() < end); console.log(1); setInterval(() => 0, 1e6)',
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

describe('benchOptions', () => {
  it('measures both targets with three repetitions unless told otherwise', () => {
    expect(benchOptions([])).toMatchObject({ targets: ['standalone', 'cluster'], repetitions: 3, load: { chains: 2_000 } });
    expect(benchOptions(['--quick', '--standalone'])).toMatchObject({
      targets: ['standalone'],
      repetitions: 1,
      load: { chains: 400 },
    });
    expect(benchOptions(['--cluster', '--workers', '4'])).toMatchObject({
      targets: ['cluster'],
      counts: { orchestrator: 2, worker: 4 },
    });
  });

  it.each([[['--workers', '0']], [['--profile', 'fast']], [['--repetitions', 'x']]])('refuses %s', (args) => {
    expect(() => benchOptions(args)).toThrow(RangeError);
  });
});

describe('rowOf', () => {
  const repetition = (ms: number[], seconds: number): Repetition => ({
    measured: { workload: 'W2-5', steps: ms.length * 5, ms },
    cpuSeconds: { worker: seconds, postgresql: seconds / 2, client: 1 },
  });
  const row = rowOf('cluster', [repetition([10, 20], 0.01), repetition([10, 10], 0.03), repetition([30, 10], 0.02)]);

  it('shows medians over the repetitions, and the CPU of the services without that of the client', () => {
    expect(row).toMatchObject({ stepsPerSecond: 333, p50Ms: 10, p99Ms: 20, repetitions: 3 });
    expect(row.cpuUsPerStep).toEqual({ worker: 2_000, postgresql: 1_000, client: 100_000 });
    expect(row.cpuUsPerStepInAll).toBe(3_000);
  });

  it('prints as a table', () => {
    const [head, line] = tableOf([row]).split('\n');
    expect(head).toMatch(/^target +workload +steps\/s/);
    expect(line).toMatch(/^cluster +W2 five idle steps +333 +10 +20 +3000 +worker 2000, postgresql 1000, client 100000$/);
  });
});
