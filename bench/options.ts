import { parseArgs } from 'node:util';

export const usage = `npm run bench -- [options]
  --quick              a fifth of the load, one repetition
  --standalone         only one process with its own PostgreSQL, in-process transport
  --cluster            only services over their own PostgreSQL and RabbitMQ
  --orchestrators <n>  of the cluster, default 2
  --workers <n>        of the cluster, default 2
  --profile <profile>  of the cluster: durable (default) or latency
  --repetitions <n>    of each workload, default 3; medians are shown
  --engine             only what the engine itself costs, by size of the instance, without any server
  --json               the result as one JSON document on standard output`;

export interface BenchOptions {
  readonly help: boolean;
  readonly json: boolean;
  readonly engine: boolean;
  readonly targets: readonly ('standalone' | 'cluster')[];
  readonly counts: { readonly orchestrator: number; readonly worker: number };
  readonly profile: 'durable' | 'latency';
  readonly repetitions: number;
  /** Instances of W1, single instances of W2 and W5, width of W3. */
  readonly load: { readonly chains: number; readonly idle: number; readonly width: number };
}

/** @throws RangeError naming the option */
export function benchOptions(args: readonly string[]): BenchOptions {
  const text = { type: 'string' } as const;
  const yes = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: yes,
      standalone: yes,
      cluster: yes,
      json: yes,
      engine: yes,
      help: yes,
      orchestrators: text,
      workers: text,
      profile: text,
      repetitions: text,
    },
  });
  const both = values.standalone === values.cluster;
  const profile = values.profile ?? 'durable';
  if (profile !== 'durable' && profile !== 'latency')
    throw new RangeError(`expected --profile durable or latency, but found ${profile}`);
  return {
    help: values.help === true,
    json: values.json === true,
    engine: values.engine === true,
    targets: both ? ['standalone', 'cluster'] : values.standalone ? ['standalone'] : ['cluster'],
    counts: { orchestrator: whole('orchestrators', values.orchestrators, 2), worker: whole('workers', values.workers, 2) },
    profile,
    repetitions: whole('repetitions', values.repetitions, values.quick ? 1 : 3),
    load: values.quick ? { chains: 400, idle: 30, width: 1_000 } : { chains: 2_000, idle: 150, width: 1_000 },
  };
}

function whole(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1_000)
    throw new RangeError(`expected --${name} to be a whole number from 1 to 1000, but found ${text}`);
  return value;
}
