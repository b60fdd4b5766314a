import { setTimeout as delay } from 'node:timers/promises';
import type { OrquestraClient } from '#libs/client';
import type { StartRequest } from '#libs/contracts';
import { chainOf, eachItem, failingTwice, fanOf, payloadChain } from './definitions.js';

export type WorkloadName = 'W1' | 'W1-amqp' | 'W2-1' | 'W2-5' | 'W3' | 'W3-10k' | 'W5' | 'W7-200B' | 'W7-10KB' | 'W7-100KB';

/** One measurement; `ms` are wall-clock times seen by the client. */
export interface Measured {
  readonly workload: WorkloadName;
  /** Step attempts that ended. */
  readonly steps: number;
  /** One entry for the whole of W1, W3 and W7, one an instance for W2 and W5. */
  readonly ms: readonly number[];
}

export type Workload = (client: OrquestraClient) => Promise<Measured>;

const batchSize = 200;
/** Of one call; the server takes 1 MiB. */
const batchBytes = 900_000;
/** Start calls under way at once: enough to keep the gateway busy, few enough not to be what is measured. */
const callsAtOnce = 4;
const open = ['pending', 'running', 'waiting'];
const longestMs = 120_000;

export async function registerAll(client: OrquestraClient, width: number): Promise<void> {
  const documents = [chainOf(1), chainOf(5), fanOf(width), eachItem, failingTwice, payloadChain];
  for (const document of documents) await client.registerDefinition({ document });
}

/** W1: a chain of 5 no-op steps, many times, started as fast as the API takes them, until all are seen complete. */
export const manyChains =
  (chains: number): Workload =>
  async (client) => ({ workload: 'W1', steps: chains * 5, ms: [await throughBatches(client, chainOf(5).name, {}, chains)] });

/** W7: the same with a payload that goes into and comes out of every step. */
export const withPayload =
  (workload: WorkloadName, bytes: number, chains: number): Workload =>
  async (client) => {
    const ms = await throughBatches(client, payloadChain.name, { text: 'x'.repeat(bytes) }, chains, bytes);
    return { workload, steps: chains * 5, ms: [ms] };
  };

async function throughBatches(
  client: OrquestraClient,
  definition: string,
  input: StartRequest['input'],
  count: number,
  bytes = 0,
): Promise<number> {
  const begun = performance.now();
  const lastOfBatches = await startMany(client, count, () => ({ definition, input }), Math.floor(batchBytes / (bytes + 100)));
  // Held calls cost nothing while they wait; asking all the time would be part of what is measured.
  await Promise.all(lastOfBatches.map((id) => client.waitForInstance(id, { timeoutMs: longestMs })));
  await allEnded(client, definition);
  return performance.now() - begun;
}

/** Starts so many as fast as the API takes them. @returns ids of the last of every batch */
export async function startMany(
  client: OrquestraClient,
  count: number,
  requestOf: (index: number) => StartRequest,
  mostInBatch = batchSize,
): Promise<string[]> {
  let next = 0;
  const lastOfBatches: string[] = [];
  const starter = async (): Promise<void> => {
    while (next < count) {
      const from = next;
      next = Math.min(count, from + Math.max(1, Math.min(batchSize, mostInBatch)));
      const { items } = await client.startBatch(Array.from({ length: next - from }, (_, i) => requestOf(from + i)));
      const refused = items.find((item) => item.status !== 201);
      if (refused) throw new Error(`expected every start to be accepted, but one was not: ${refused.problem?.detail}`);
      lastOfBatches.push(items.at(-1)?.instance?.id ?? '');
    }
  };
  await Promise.all(Array.from({ length: callsAtOnce }, starter));
  return lastOfBatches;
}

export const idleName = (length: 1 | 5): WorkloadName => (length === 1 ? 'W2-1' : 'W2-5');

/** W2: one instance at a time on an idle system, start to completion. */
export const oneAtATime =
  (length: 1 | 5, count: number): Workload =>
  async (client) => ({
    workload: idleName(length),
    steps: length * count,
    ms: await timesOf(count, () => completed(client, chainOf(length).name)),
  });

/** W3: one instance of many parallel no-op steps, joined. */
export const fanOut =
  (width: number): Workload =>
  async (client) => ({ workload: 'W3', steps: width + 1, ms: await timesOf(1, () => completed(client, fanOf(width).name)) });

/** W3 wider than a definition: items of a list. */
export const fanOutItems =
  (width: number): Workload =>
  async (client) => {
    const items = Array.from({ length: width }, (_, i) => i);
    return { workload: 'W3-10k', steps: width, ms: await timesOf(1, () => completed(client, eachItem.name, { items })) };
  };

/** W5: a step that fails twice and then succeeds, without a wait between attempts. */
export const failTwice =
  (count: number): Workload =>
  async (client) => ({
    workload: 'W5',
    steps: 3 * count,
    ms: await timesOf(count, () => completed(client, failingTwice.name)),
  });

/** How long each of them took, one after the other. */
export async function timesOf(count: number, once: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const begun = performance.now();
    await once();
    times.push(performance.now() - begun);
  }
  return times;
}

/** Starts one and waits for its end. @throws Error unless it completes */
export async function completed(client: OrquestraClient, definition: string, input: StartRequest['input'] = {}): Promise<void> {
  const ended = await client.startAndWait({ definition, input }, 60_000);
  if (ended.status !== 'completed') throw new Error(`expected ${ended.id} to complete, but it is ${ended.status}`);
}

/** Asks for one open instance every 10 ms, until there is none. @throws Error when one did not complete */
export async function allEnded(client: OrquestraClient, definition: string, timeoutMs = longestMs): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let one = await firstOf(client, definition, open); one; one = await firstOf(client, definition, open)) {
    if (performance.now() > deadline)
      throw new Error(`expected all to end within ${timeoutMs} ms, but ${one.id} is ${one.status}`);
    await delay(10);
  }
  const failed = await firstOf(client, definition, ['failed', 'timed_out', 'cancelled']);
  if (failed) throw new Error(`expected all to complete, but ${failed.id} is ${failed.status} (${failed.errorCode})`);
}

/** The newest instance of a definition in one of these states. */
export async function firstOf(client: OrquestraClient, definition: string, status: readonly string[]) {
  const page = client.listInstances({ definition, status, pageSize: 1 })[Symbol.asyncIterator]();
  const { done, value } = await page.next();
  return done ? undefined : value;
}
