import { setTimeout as delay } from 'node:timers/promises';
import type { OrquestraClient } from '#libs/client';
import { chainOf, failingTwice, fanOf } from './definitions.js';

/** One measurement; `ms` are wall-clock times seen by the client. */
export interface Measured {
  readonly workload: 'W1' | 'W2-1' | 'W2-5' | 'W3' | 'W5';
  /** Step attempts that ended. */
  readonly steps: number;
  /** One entry for the whole of W1 and W3, one an instance for W2 and W5. */
  readonly ms: readonly number[];
}

export type Workload = (client: OrquestraClient) => Promise<Measured>;

const batchSize = 200;
/** Start calls under way at once: enough to keep the gateway busy, few enough not to be what is measured. */
const callsAtOnce = 4;
const open = ['pending', 'running', 'waiting'];
const longestMs = 120_000;

export async function registerAll(client: OrquestraClient, width: number): Promise<void> {
  const documents = [chainOf(1), chainOf(5), fanOf(width), failingTwice];
  for (const document of documents) await client.registerDefinition({ document });
}

/** W1: a chain of 5 no-op steps, many times, started as fast as the API takes them, until all are seen complete. */
export const manyChains =
  (chains: number): Workload =>
  async (client) => {
    const definition = chainOf(5).name;
    const begun = performance.now();
    let left = chains;
    const lastOfBatches: string[] = [];
    const starter = async (): Promise<void> => {
      while (left > 0) {
        const size = Math.min(batchSize, left);
        left -= size;
        const { items } = await client.startBatch(Array.from({ length: size }, () => ({ definition, input: {} })));
        const refused = items.find((item) => item.status !== 201);
        if (refused) throw new Error(`expected every start to be accepted, but one was not: ${refused.problem?.detail}`);
        lastOfBatches.push(items.at(-1)?.instance?.id ?? '');
      }
    };
    await Promise.all(Array.from({ length: callsAtOnce }, starter));
    // Held calls cost nothing while they wait; asking all the time would be part of what is measured.
    await Promise.all(lastOfBatches.map((id) => client.waitForInstance(id, { timeoutMs: longestMs })));
    await allEnded(client, definition);
    return { workload: 'W1', steps: chains * 5, ms: [performance.now() - begun] };
  };

/** W2: one instance at a time on an idle system, start to completion. */
export const oneAtATime =
  (length: 1 | 5, count: number): Workload =>
  async (client) => ({
    workload: length === 1 ? 'W2-1' : 'W2-5',
    steps: length * count,
    ms: await timesOf(client, chainOf(length).name, count),
  });

/** W3: one instance of many parallel no-op steps, joined. */
export const fanOut =
  (width: number): Workload =>
  async (client) => ({ workload: 'W3', steps: width + 1, ms: await timesOf(client, fanOf(width).name, 1) });

/** W5: a step that fails twice and then succeeds, without a wait between attempts. */
export const failTwice =
  (count: number): Workload =>
  async (client) => ({ workload: 'W5', steps: 3 * count, ms: await timesOf(client, failingTwice.name, count) });

async function timesOf(client: OrquestraClient, definition: string, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const begun = performance.now();
    const ended = await client.startAndWait({ definition, input: {} }, 60_000);
    times.push(performance.now() - begun);
    if (ended.status !== 'completed') throw new Error(`expected ${ended.id} to complete, but it is ${ended.status}`);
  }
  return times;
}

/** Asks for one open instance every 10 ms, until there is none. */
async function allEnded(client: OrquestraClient, definition: string): Promise<void> {
  const deadline = performance.now() + longestMs;
  for (;;) {
    const page = client.listInstances({ definition, status: open, pageSize: 1 })[Symbol.asyncIterator]();
    const { done, value } = await page.next();
    if (done) break;
    if (performance.now() > deadline)
      throw new Error(`expected all to end within ${longestMs} ms, but ${value.id} is ${value.status}`);
    await delay(10);
  }
  const failed = client
    .listInstances({ definition, status: ['failed', 'timed_out', 'cancelled'], pageSize: 1 })
    [Symbol.asyncIterator]();
  const { done, value } = await failed.next();
  if (!done) throw new Error(`expected all to complete, but ${value.id} is ${value.status} (${value.errorCode})`);
}
