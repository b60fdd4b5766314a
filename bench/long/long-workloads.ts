import type { Finding } from '../finding.js';
import type { BenchOptions } from '../options.js';
import type { Target } from '../targets.js';
import { measureStored } from './stored-events.js';
import { measureSustained } from './sustained.js';
import { measureVerified } from './verified.js';
import { measureWaiting } from './waiting.js';

/** Takes a fresh target and is measured once. */
interface LongWorkload {
  readonly title: string;
  readonly run: (target: Target) => Promise<Finding[]>;
}

export function longWorkloads({ workloads, load, repetitions }: BenchOptions): LongWorkload[] {
  const groups: Record<string, LongWorkload[]> = {
    W4: load.waiting.map((count) => ({
      title: `W4, ${count.toLocaleString('en-US')} waiting`,
      run: (target) => measureWaiting(target, count),
    })),
    W6: [{ title: `W6, ${load.minutes} minutes`, run: (target) => measureSustained(target, load) }],
    VERIFY: [{ title: 'verify', run: (target) => measureVerified(target, load) }],
    W8: [{ title: 'W8, stored events', run: (target) => measureStored(target, load, repetitions) }],
  };
  return workloads.flatMap((name) => groups[name] ?? []);
}
