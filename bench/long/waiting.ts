import { setTimeout as delay } from 'node:timers/promises';
import { OrquestraClient } from '#libs/client';
import type { StartRequest } from '#libs/contracts';
import { saying } from '#libs/testing';
import { asleep, chainOf, expecting } from '../definitions.js';
import type { Finding } from '../finding.js';
import { type Memory, memoryOf } from '../memory.js';
import type { Target } from '../targets.js';
import { allEnded, completed, firstOf, manyChains, registerAll, startMany } from '../workloads.js';

/** Instances that one event wakes. */
const perKey = 1_000;
/** Until what is still being collected or written after work has settled. */
const settleMs = 5_000;
/** Before the time all sleep until: the starts (1 ms each on a slow machine), measuring memory, a restart. */
const leadMs = 40_000;
const longestMs = 600_000;

interface Goals {
  readonly memory: string;
  readonly done: string;
  readonly ready?: string;
}

function goalsOf(count: number, isStandalone: boolean): Goals | undefined {
  if (count === 10_000) return { memory: '≤ 5 MiB', done: isStandalone ? '≤ 0.5 s' : '≤ 1 s' };
  if (count === 100_000) return { memory: '≤ 20 MiB', done: isStandalone ? '≤ 5 s' : '≤ 8 s', ready: '≤ 5 s' };
  return undefined;
}

/** W4: so many asleep until one moment, then as many waiting for events: what they cost, what a restart costs, how fast all are through. */
export async function measureWaiting(target: Target, count: number): Promise<Finding[]> {
  const client = new OrquestraClient({ baseUrl: target.url });
  const goals = goalsOf(count, target.amqpUrl === undefined);
  const workload = `W4 ${count.toLocaleString('en-US')}`;
  const finding = (what: string, value: number, unit: string, goal?: string): Finding => ({
    target: target.name,
    workload,
    what,
    value,
    unit,
    goal,
  });
  await registerAll(client, 1_000);
  for (const document of [asleep, expecting]) await client.registerDefinition({ document });
  await manyChains(2_000)(client);

  const emptyReadyMs = await target.restart();
  const idle = await settledMemory(target);
  const dueAt = Date.now() + leadMs + count;
  const startMs = await startAll(client, asleep.name, count, () => ({ until: new Date(dueAt).toISOString() }));
  const waiting = await settledMemory(target);
  const readyMs = await target.restart();
  const begun = performance.now();
  await completed(client, chainOf(1).name);
  const firstMs = performance.now() - begun;
  const afterRestart = await settledMemory(target);
  if (Date.now() >= dueAt) throw new Error('expected all to be asleep and measured before they are due, but it took too long');
  await delay(dueAt - Date.now());
  const wakeMs = await timeUntilAllEnded(client, asleep.name);

  await startAll(client, expecting.name, count, (i) => ({ key: keyOf(i) }));
  const keys = Array.from({ length: Math.ceil(count / perKey) }, (_, i) => keyOf(i * perKey));
  const eventMs = await timeUntilAllEnded(client, expecting.name, async () => {
    for (const key of keys) await client.sendEvent({ name: 'bench.go', key, payload: {} });
  });

  return [
    finding('started and asleep', startMs / 1_000, 's'),
    ...extra(idle, waiting).map(([name, mib]) =>
      finding(`memory over idle, ${name}`, mib, 'MiB', isOwner(name) ? goals?.memory : undefined),
    ),
    ...extra(idle, afterRestart).map(([name, mib]) => finding(`memory over idle after a restart, ${name}`, mib, 'MiB')),
    finding('ready after a restart, none waiting', emptyReadyMs / 1_000, 's'),
    finding('ready after a restart', readyMs / 1_000, 's', goals?.ready),
    finding('one step right after that', firstMs, 'ms'),
    finding('due → all done', wakeMs / 1_000, 's', goals?.done),
    finding(`${keys.length} events → all done`, eventMs / 1_000, 's', goals?.done),
  ];
}

const keyOf = (index: number): string => `bench-${Math.floor(index / perKey)}`;
const isOwner = (name: string): boolean => name === 'standalone' || name === 'orchestrator';

/** @returns ms until all of them wait */
async function startAll(
  client: OrquestraClient,
  definition: string,
  count: number,
  inputOf: (index: number) => StartRequest['input'],
): Promise<number> {
  let started = 0;
  using _progress = saying(() => `${started} of ${count} started`);
  const begun = performance.now();
  await startMany(client, count, (i) => {
    started = i;
    return { definition, input: inputOf(i) };
  });
  while (await firstOf(client, definition, ['pending', 'running'])) await delay(20);
  return performance.now() - begun;
}

async function timeUntilAllEnded(client: OrquestraClient, definition: string, wake?: () => Promise<void>): Promise<number> {
  using _progress = saying(() => 'waiting for the end of all');
  const begun = performance.now();
  await wake?.();
  await allEnded(client, definition, longestMs);
  return performance.now() - begun;
}

async function settledMemory(target: Target): Promise<Memory> {
  await delay(settleMs);
  return memoryOf(target.roots());
}

/** By process of the product and its servers. */
const extra = (before: Memory, after: Memory): [string, number][] =>
  Object.entries(after)
    .filter(([name]) => name !== 'client')
    .map(([name, mib]) => [name, mib - (before[name] ?? 0)]);
