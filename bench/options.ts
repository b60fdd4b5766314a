import { parseArgs } from 'node:util';

export const usage = `npm run bench -- [options]
  --quick              the essentials in two minutes: W1 (not over AMQP), W2, W3 and W5, two repetitions
  --all                also the long ones: W4 with 100,000 instances, W6 for 10 minutes, W8 with up to 10 million events, verify; an hour
  --workloads <names>  only these: W1,W2,W3,W4,W5,W6,W7,W8,verify; default W1,W2,W3,W4,W5,W7
  --standalone         only one process with its own PostgreSQL, in-process transport
  --cluster            only services over their own PostgreSQL and RabbitMQ
  --orchestrators <n>  of the cluster, default 2
  --workers <n>        of the cluster, default 2
  --profile <profile>  of the cluster: durable (default) or latency
  --repetitions <n>    of each workload, default 5, with --quick 2; medians are shown
  --waiting <n>        instances of W4, default 10000, with --all also 100000
  --minutes <n>        of W6 and of --overload, default 10
  --stored <n>         events of W8, default 1000000, with --all also 10000000
  --verified <n>       events for verify, default 1000000
  --scaling            instead: 1, 2 and 4 orchestrators and workers with steps that take time
  --overload           instead: ten minutes of too much of everything at once for one process (--quick: 30 s); memory by minute
  --engine             instead: what one decided event costs in instances of 100 to 50,000 steps, without any server
  --json               the result as one JSON document on standard output
  --out <file>         the JSON document into a file, the table on standard output`;

export type SetUp = 'standalone' | 'cluster';

/** How much of each workload. */
export interface WorkloadLoad {
  /** Instances of W1. */
  readonly chains: number;
  /** Whether W1 also goes through AMQP commands. */
  readonly hasCommands: boolean;
  /** Single instances of W2 and W5. */
  readonly idle: number;
  /** Of W2 before anything is measured: code for a lone step is compiled only after hundreds. */
  readonly idleBefore: number;
  /** Of W3. */
  readonly width: number;
  /** Instances of the smallest W7; fewer of larger ones. */
  readonly payloads: number;
  /** W4, one run each. */
  readonly waiting: readonly number[];
  /** W6. */
  readonly minutes: number;
  /** W8: audit events stored before. */
  readonly stored: readonly number[];
  /** Events that `orquestra verify` is to check. */
  readonly verified: number;
}

export interface BenchOptions {
  readonly help: boolean;
  readonly json: boolean;
  readonly out?: string;
  readonly mode: 'workloads' | 'engine' | 'scaling' | 'overload';
  /** Of the overload. */
  readonly seconds: number;
  readonly targets: readonly SetUp[];
  readonly counts: { readonly orchestrator: number; readonly worker: number };
  readonly profile: 'durable' | 'latency';
  readonly repetitions: number;
  readonly workloads: readonly string[];
  readonly load: WorkloadLoad;
}

const known = ['W1', 'W2', 'W3', 'W4', 'W5', 'W6', 'W7', 'W8', 'VERIFY'];
const quickOnes = ['W1', 'W2', 'W3', 'W5'];
const usual = [...quickOnes, 'W4', 'W7'];

/** @throws RangeError naming the option */
export function benchOptions(args: readonly string[]): BenchOptions {
  const text = { type: 'string' } as const;
  const yes = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: yes,
      all: yes,
      standalone: yes,
      cluster: yes,
      json: yes,
      engine: yes,
      scaling: yes,
      overload: yes,
      help: yes,
      orchestrators: text,
      workers: text,
      profile: text,
      repetitions: text,
      workloads: text,
      waiting: text,
      minutes: text,
      stored: text,
      verified: text,
      out: text,
    },
  });
  const both = values.standalone === values.cluster;
  const isQuick = values.quick === true;
  const defaults = values.all ? known : isQuick ? quickOnes : usual;
  const waiting = values.all ? [10_000, 100_000] : [10_000];
  const stored = values.all ? [1e6, 1e7] : [1e6];
  return {
    help: values.help === true,
    json: values.json === true,
    out: values.out,
    mode: values.engine ? 'engine' : values.scaling ? 'scaling' : values.overload ? 'overload' : 'workloads',
    seconds: isQuick ? 30 : 60 * whole('minutes', values.minutes, 10),
    targets: both ? ['standalone', 'cluster'] : values.standalone ? ['standalone'] : ['cluster'],
    counts: { orchestrator: whole('orchestrators', values.orchestrators, 2), worker: whole('workers', values.workers, 2) },
    profile: profileOf(values.profile),
    repetitions: whole('repetitions', values.repetitions, isQuick ? 2 : 5),
    workloads: values.workloads === undefined ? defaults : workloadsOf(values.workloads),
    load: {
      chains: 2_000,
      hasCommands: !isQuick,
      idle: isQuick ? 40 : 100,
      idleBefore: isQuick ? 30 : 300,
      width: 1_000,
      payloads: 1_000,
      waiting: values.waiting === undefined ? waiting : [whole('waiting', values.waiting, 0, 1e6)],
      minutes: whole('minutes', values.minutes, 10),
      stored: [0, ...(values.stored === undefined ? stored : [whole('stored', values.stored, 0, 1e9)])],
      verified: whole('verified', values.verified, 1_000_000, 1e8),
    },
  };
}

function profileOf(text = 'durable'): BenchOptions['profile'] {
  if (text === 'durable' || text === 'latency') return text;
  throw new RangeError(`expected --profile durable or latency, but found ${text}`);
}

function workloadsOf(text: string): string[] {
  const names = text.split(',').map((name) => name.trim().toUpperCase());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new RangeError(`expected --workloads to name some of ${known.join(', ')}, but found ${unknown}`);
  return names;
}

function whole(name: string, text: string | undefined, fallback: number, most = 1_000): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new RangeError(`expected --${name} to be a whole number from 1 to ${most}, but found ${text}`);
  return value;
}
