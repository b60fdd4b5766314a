import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { OrquestraClient } from '#libs/client';
import { median, percentile, saying } from '#libs/testing';
import { chainOf } from '../definitions.js';
import type { Finding } from '../finding.js';
import { type Memory, memoryOf } from '../memory.js';
import type { WorkloadLoad } from '../options.js';
import type { Target } from '../targets.js';
import { allEnded, completed, manyChains, registerAll } from '../workloads.js';

const minuteMs = 60_000;
/** Starts are handed in this often. */
const tickMs = 100;
/** One instance more, whose latency is measured, this often. */
const probeMs = 250;

interface State {
  readonly memory: Memory;
  readonly tables: Readonly<Record<string, number>>;
  readonly instances: number;
  /** Bytes of write-ahead log so far. */
  readonly wal: number;
}

/** W6: starts at half the measured maximum for minutes: nothing may drift but what the data needs. */
export async function measureSustained(target: Target, { chains, minutes }: WorkloadLoad): Promise<Finding[]> {
  const client = new OrquestraClient({ baseUrl: target.url });
  await registerAll(client, 1_000);
  const rate = Math.round((await mostPerSecond(client, chains)) / 2);
  const latencies: number[][] = Array.from({ length: minutes }, () => []);
  const begun = performance.now();
  const endsAt = begun + minutes * minuteMs;
  const first = delay(minuteMs).then(() => stateOf(target));
  let started = 0;
  using _progress = saying(() => `${started} started, ${Math.round((performance.now() - begun) / 1_000)} s`, 30_000);

  const probe = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      const at = performance.now();
      await completed(client, chainOf(5).name);
      latencies[Math.floor((at - begun) / minuteMs)]?.push(performance.now() - at);
      await delay(probeMs);
    }
  };
  const calls = new Set<Promise<void>>();
  const start = async (): Promise<void> => {
    for (let now = performance.now(); now < endsAt; now = performance.now()) {
      const due = Math.min(1_000, Math.floor(((now - begun) / 1_000) * rate) - started);
      started += Math.max(0, due);
      if (due > 0) track(calls, startOnce(client, due));
      await delay(tickMs);
    }
    await Promise.all(calls);
  };
  await Promise.all([probe(), start()]);
  const drainMs = await timed(() => allEnded(client, chainOf(5).name));
  const before = await first;
  const after = await stateOf(target);
  return report(target.name, rate, latencies, drainMs, before, after);
}

async function mostPerSecond(client: OrquestraClient, chains: number): Promise<number> {
  const rates: number[] = [];
  for (let i = 0; i < 5; i += 1) {
    const { ms } = await manyChains(chains)(client);
    rates.push((chains * 1_000) / (ms[0] ?? Infinity));
  }
  return median(rates.slice(2));
}

function track(calls: Set<Promise<void>>, call: Promise<void>): void {
  calls.add(call);
  void call.finally(() => calls.delete(call)).catch(() => undefined);
}

async function startOnce(client: OrquestraClient, count: number): Promise<void> {
  const { name: definition } = chainOf(5);
  const { items } = await client.startBatch(Array.from({ length: count }, () => ({ definition, input: {} })));
  const refused = items.find((item) => item.status !== 201);
  if (refused) throw new Error(`expected every start to be accepted, but one was not: ${refused.problem?.detail}`);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

async function stateOf(target: Target): Promise<State> {
  const client = new Client({ connectionString: target.databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; bytes: number }>(
      `SELECT regexp_replace(relname, '^workflow_events_.*', 'workflow_events') AS name, sum(pg_total_relation_size(oid))::float8 AS bytes
       FROM pg_class WHERE relkind = 'r' AND relname LIKE 'workflow_%' GROUP BY 1`,
    );
    const counted = await client.query<{ count: number; wal: number }>(
      `SELECT count(*)::int AS count, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 AS wal FROM workflow_instances`,
    );
    const tables = Object.fromEntries(rows.map(({ name, bytes }) => [name, bytes]));
    const { count = 0, wal = 0 } = counted.rows[0] ?? {};
    return { memory: memoryOf(target.roots()), tables, instances: count, wal };
  } finally {
    await client.end();
  }
}

function report(
  target: string,
  rate: number,
  latencies: readonly (readonly number[])[],
  drainMs: number,
  before: State,
  after: State,
): Finding[] {
  const row = (what: string, value: number, unit: string): Finding => ({ target, workload: 'W6', what, value, unit });
  const [first = [], last = []] = [latencies[0], latencies.at(-1)];
  const perInstance = ({ tables, instances }: State, name: string): number => (tables[name] ?? 0) / instances;
  const kept = ['workflow_instances', 'workflow_events', 'workflow_batches'];
  return [
    row('starts a second', rate, ''),
    row('latency in the first minute, p50', percentile(first, 0.5), 'ms'),
    row('latency in the last minute, p50', percentile(last, 0.5), 'ms'),
    row('latency in the first minute, p99', percentile(first, 0.99), 'ms'),
    row('latency in the last minute, p99', percentile(last, 0.99), 'ms'),
    row('after the last start until all done', drainMs / 1_000, 's'),
    ...kept.flatMap((name) => [
      row(`${name}, bytes an instance after a minute`, Math.round(perInstance(before, name)), 'B'),
      row(`${name}, bytes an instance at the end`, Math.round(perInstance(after, name)), 'B'),
    ]),
    row('write-ahead log, bytes an instance', Math.round((after.wal - before.wal) / (after.instances - before.instances)), 'B'),
    ...['workflow_wakeups', 'workflow_inbox'].flatMap((name) => [
      row(`${name} after a minute`, (before.tables[name] ?? 0) / 2 ** 20, 'MiB'),
      row(`${name} at the end`, (after.tables[name] ?? 0) / 2 ** 20, 'MiB'),
    ]),
    ...Object.keys(after.memory)
      .filter((name) => name !== 'client')
      .flatMap((name) => [
        row(`memory after a minute, ${name}`, before.memory[name] ?? 0, 'MiB'),
        row(`memory at the end, ${name}`, after.memory[name] ?? 0, 'MiB'),
      ]),
  ];
}
