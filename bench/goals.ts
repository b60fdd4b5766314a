import type { WorkloadName } from './workloads.js';

export const titles: Readonly<Record<WorkloadName, string>> = {
  W1: 'W1 chains of 5, many at once',
  'W1-amqp': 'W1 the same, started over AMQP',
  'W2-1': 'W2 one idle step',
  'W2-5': 'W2 five idle steps',
  W3: 'W3 fan-out of 1,000, joined',
  'W3-10k': 'W3 fan-out of 10,000, joined',
  W5: 'W5 two failures, then success',
  'W7-200B': 'W7 payloads of 200 B',
  'W7-10KB': 'W7 payloads of 10 KB',
  'W7-100KB': 'W7 payloads of 100 KB',
};

type Goals = Readonly<Partial<Record<WorkloadName, string>>>;

const standalone: Goals = {
  W1: '≥ 25,000/s, ≤ 60 µs',
  'W2-1': '≤ 1.5 ms',
  'W2-5': '≤ 3.5 ms',
  W3: '≤ 30 ms',
  'W3-10k': '≤ 300 ms',
  W5: '≤ 5 ms',
};
const cluster: Goals = {
  W1: '≥ 15,000/s, ≤ 100 µs',
  'W2-1': '≤ 6 ms',
  'W2-5': '≤ 14 ms',
  W3: '≤ 50 ms',
  'W3-10k': '≤ 500 ms',
  W5: '≤ 15 ms',
};
const inMemory: Goals = { ...cluster, 'W2-1': '≤ 3.5 ms', 'W2-5': '≤ 8 ms' };

/** On two cores. Machines differ: what counts is W1 at no less than 0.5 of its floor, W2 at no more than 2.5 times its floor. */
export const goalOf = (target: string, workload: WorkloadName): string | undefined =>
  (target === 'standalone' ? standalone : target.endsWith(' latency') ? inMemory : cluster)[workload];
