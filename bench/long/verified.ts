import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { OrquestraClient } from '#libs/client';
import { say } from '#libs/testing';
import type { Finding } from '../finding.js';
import { memoryOf } from '../memory.js';
import type { WorkloadLoad } from '../options.js';
import type { Target } from '../targets.js';
import { manyChains, registerAll } from '../workloads.js';

const run = promisify(execFile);
/** One go of the clients: as many instances as they start without running ahead of what decides. */
const chainsAtOnce = 5_000;

interface Verdict {
  readonly checked: number;
  readonly events: number;
  readonly violations: number;
}

/** `orquestra verify` over so many events of chains that really ran. @throws Error when it finds a violation */
export async function measureVerified(target: Target, { verified }: WorkloadLoad): Promise<Finding[]> {
  const client = new OrquestraClient({ baseUrl: target.url });
  await registerAll(client, 1_000);
  for (let events = 0; events < verified; events = await eventsIn(target.databaseUrl)) {
    say(`    ${events.toLocaleString('en-US')} of ${verified.toLocaleString('en-US')} events`);
    await manyChains(chainsAtOnce)(client);
  }
  const begun = performance.now();
  const { verdict, mostMiB } = await verify(target.databaseUrl);
  const seconds = (performance.now() - begun) / 1_000;
  const row = (what: string, value: number, unit: string, goal?: string): Finding => ({
    ...{ target: target.name, workload: 'verify', what, value, unit, goal },
  });
  return [
    row('instances checked', verdict.checked, ''),
    row('events checked', verdict.events, ''),
    row('seconds', seconds, 's'),
    row('a million events', (seconds * 1e6) / verdict.events, 's', '≤ 60 s'),
    row('memory of verify', mostMiB, 'MiB'),
  ];
}

async function verify(databaseUrl: string): Promise<{ verdict: Verdict; mostMiB: number }> {
  const env = { ...process.env, DATABASE_URL: databaseUrl };
  const work = run(process.execPath, ['dist/apps/cli/src/main.js', 'verify', '--json'], { env, maxBuffer: 64 * 2 ** 20 });
  const root = { name: 'verify', pid: work.child.pid ?? 0 };
  let mostMiB = 0;
  let isOver = false;
  const watch = (async () => {
    while (!isOver) {
      mostMiB = Math.max(mostMiB, memoryOf([root])['verify'] ?? 0);
      await delay(100);
    }
  })();
  // it ends with 1 when something is violated, and says what on standard output
  const { stdout } = await work
    .catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }))
    .finally(() => (isOver = true));
  await watch;
  const lines = stdout.trim().split('\n');
  const verdict = JSON.parse(lines.at(-1) || '{}') as Partial<Verdict>;
  if (verdict.violations !== 0) throw new Error(`expected no violations, but verify says: ${lines.slice(0, 5).join('\n')}`);
  return { verdict: verdict as Verdict, mostMiB };
}

async function eventsIn(databaseUrl: string): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM workflow_events');
    return rows[0]?.n ?? 0;
  } finally {
    await client.end();
  }
}
