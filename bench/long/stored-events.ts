import { Client } from 'pg';
import { OrquestraClient } from '#libs/client';
import { median, say } from '#libs/testing';
import { chainOf } from '../definitions.js';
import type { Finding } from '../finding.js';
import { chainCommits } from '../floors/chain-rows.js';
import type { WorkloadLoad } from '../options.js';
import type { Target } from '../targets.js';
import { manyChains, registerAll } from '../workloads.js';

/** Events in one statement. */
const slice = 250_000;

/** W8: the speed of W1 on an empty database, and with many events of instances that have ended. */
export async function measureStored(target: Target, { chains, stored }: WorkloadLoad, repetitions: number): Promise<Finding[]> {
  const client = new OrquestraClient({ baseUrl: target.url });
  await registerAll(client, 1_000);
  for (let i = 0; i < 2; i += 1) await manyChains(chains)(client);
  const findings: Finding[] = [];
  let have = 0;
  let empty: number | undefined;
  for (const wanted of stored) {
    await storeEvents(target.databaseUrl, have, wanted);
    have = wanted;
    const rates: number[] = [];
    for (let i = 0; i < repetitions; i += 1) {
      const { steps, ms } = await manyChains(chains)(client);
      rates.push((steps * 1_000) / (ms[0] ?? Infinity));
    }
    const rate = median(rates);
    empty ??= rate;
    const row = (what: string, value: number, unit: string, goal?: string): Finding => ({
      target: target.name,
      workload: 'W8',
      what: `${what} with ${wanted.toLocaleString('en-US')} events stored`,
      value,
      unit,
      goal,
    });
    findings.push(row('steps a second', Math.round(rate), ''));
    if (wanted > 0) findings.push(row('share of the empty speed', rate / empty, '', wanted === 1e7 ? '≥ 0.8' : undefined));
  }
  return findings;
}

/** As if chains of 5 had run over the last weeks: ended instances and all their events, written directly. */
async function storeEvents(databaseUrl: string, have: number, wanted: number): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const { name } = chainOf(5);
  const events = chainCommits(5, name).flatMap((commit) => commit.events);
  try {
    for (let from = have; from < wanted; from += slice) {
      say(`    ${from.toLocaleString('en-US')} of ${wanted.toLocaleString('en-US')} events stored`);
      await client.query(insertEnded, [
        Math.ceil(Math.min(slice, wanted - from) / events.length),
        from,
        name,
        events.map(({ type }) => type),
        events.map(({ path }) => path),
        events.map(({ attempt }) => attempt),
        events.map(({ data }) => data),
      ]);
    }
    if (wanted > have) await client.query('VACUUM (ANALYZE) workflow_events');
  } finally {
    await client.end();
  }
}

/** Ids of version 7 as of the last four weeks, in the order of their time. */
const insertEnded = `WITH ids AS (
  SELECT n, at, encode(substring(int8send(at) FROM 3 FOR 6) || decode('7', 'escape') || substring(uuid_send(gen_random_uuid()) FROM 8 FOR 10), 'hex')::uuid AS id
  FROM (SELECT n, (extract(epoch FROM now()) * 1000)::bigint - 2419200000 + $2::bigint * 200 + n * 200 AS at FROM generate_series(1, $1::int) AS n) AS times
), instances AS (
  INSERT INTO workflow_instances (id, tenant, definition, version, checksum, status, seq, bucket, input, tags, created_at, started_at, ended_at, steps_done, steps_total)
  SELECT id, 'main', $3, '1.0.0', repeat('0', 64), 'completed', cardinality($4::text[]), n % 4096, '{}', '{}', at, at, at + 20, 5, 5 FROM ids
)
INSERT INTO workflow_events (instance_id, seq, generation, type, path, attempt, data, occurred_at)
SELECT id, seq, 1, type, path, attempt, data, at + seq FROM ids,
  unnest($4::text[], $5::text[], $6::int[], $7::text[]) WITH ORDINALITY AS e(type, path, attempt, data, seq)`;
