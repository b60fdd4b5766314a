import { OrquestraClient } from '#libs/client';
import { catalogue, type Entry } from './catalogue.js';
import { cpuBetween, cpuTimes } from './cpu.js';
import { clusterFloor } from './floors/cluster-floor.js';
import type { Floor } from './floors/floor.js';
import { standaloneFloor } from './floors/standalone-floor.js';
import { memoryOf } from './memory.js';
import type { BenchOptions } from './options.js';
import type { ProcessRoot } from './processes.js';
import type { Repetition } from './report.js';
import { client as benchmark, type Target } from './targets.js';
import { fanOut, fanOutItems, manyChains, type Measured, oneAtATime, registerAll } from './workloads.js';

/** One workload, or the floor of one, that is measured again and again. */
export interface Series {
  readonly target: string;
  readonly isFloor: boolean;
  readonly once: () => Promise<Repetition>;
  readonly repetitions: Repetition[];
}

/** Work before measuring: compiled code, warm connections, known queues. */
const warmUp = { chains: 2_000, rounds: 2 };

/** A target that has warmed up, and the floor on its servers. @returns what is to be measured, in order */
export async function openSession(target: Target, options: BenchOptions, resources: AsyncDisposableStack): Promise<Series[]> {
  const { load, workloads, profile } = options;
  const client = new OrquestraClient({ baseUrl: target.url });
  const entries = catalogue(target, load, (group) => workloads.includes(group));
  await registerAll(client, load.width);
  for (let round = 0; round < warmUp.rounds; round += 1) await manyChains(warmUp.chains)(client);
  for (const workload of [oneAtATime(1, load.idleBefore), fanOut(load.width), fanOutItems(1_000)]) await workload(client);

  const hasFloor = entries.some(({ name }) => name === 'W1' || name.startsWith('W2'));
  const floor = hasFloor ? resources.use(await openFloor(target, profile)) : undefined;
  await floor?.manyChains(warmUp.chains);
  await floor?.oneAtATime(1, load.idleBefore);
  return entries.flatMap((entry) => seriesOf(entry, target, client, floor, load));
}

const openFloor = ({ databaseUrl, amqpUrl }: Target, profile: BenchOptions['profile']): Promise<Floor> =>
  amqpUrl === undefined ? standaloneFloor(databaseUrl) : clusterFloor(databaseUrl, amqpUrl, profile);

function seriesOf(
  { name, run }: Entry,
  target: Target,
  client: OrquestraClient,
  floor: Floor | undefined,
  { chains, idle }: BenchOptions['load'],
): Series[] {
  const own: Series = {
    target: target.name,
    isFloor: false,
    once: () => measured(() => run(client), target.roots()),
    repetitions: [],
  };
  const floors: Partial<Record<Entry['name'], (floor: Floor) => Promise<Measured>>> = {
    W1: (one) => one.manyChains(chains),
    'W2-1': (one) => one.oneAtATime(1, idle),
    'W2-5': (one) => one.oneAtATime(5, idle),
  };
  const bare = floors[name];
  if (floor === undefined || bare === undefined) return [own];
  const others = target.roots().filter(({ pid }) => pid !== benchmark.pid);
  const roots = [...others, ...floor.roots, { ...benchmark, name: 'floor' }];
  const isOfFloor = (process: string): boolean => !productProcesses.includes(process);
  const once = async (): Promise<Repetition> => only(await measured(() => bare(floor), roots), isOfFloor);
  return [own, { target: target.name, isFloor: true, once, repetitions: [] }];
}

/** Idle while the floor is measured. */
const productProcesses = ['standalone', 'gateway', 'orchestrator', 'worker'];

const only = (repetition: Repetition, isCounted: (name: string) => boolean): Repetition => ({
  ...repetition,
  cpuSeconds: Object.fromEntries(Object.entries(repetition.cpuSeconds).filter(([name]) => isCounted(name))),
});

async function measured(work: () => Promise<Measured>, roots: readonly ProcessRoot[]): Promise<Repetition> {
  const before = cpuTimes(roots);
  const result = await work();
  const cpuSeconds = cpuBetween(before, cpuTimes(roots));
  return { measured: result, cpuSeconds, memory: memoryOf(roots) };
}
