import type { OrquestraClient } from '#libs/client';
import type { Instance } from '#libs/contracts';

const batchSize = 500;

/** Starts so many instances and returns their ids. @throws Error when one is not accepted */
export async function startMany(client: OrquestraClient, definition: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const size = Math.min(batchSize, count - ids.length);
    const { items } = await client.startBatch(Array.from({ length: size }, () => ({ definition, input: {} })));
    for (const { status, instance, problem } of items) {
      if (status !== 201 || instance === undefined)
        throw new Error(`expected 201 for every start, but got ${status}: ${problem?.detail}`);
      ids.push(instance.id);
    }
  }
  return ids;
}

/** Waits for all of them. @returns how many ended how; `{ completed: n }` is what is hoped for */
export async function endsOf(
  client: OrquestraClient,
  ids: readonly string[],
  timeoutMs: number,
): Promise<Record<string, number>> {
  const deadline = performance.now() + timeoutMs;
  const waiting = [...ids];
  const counts: Record<string, number> = {};
  const waiter = async (): Promise<void> => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const { status, error } = await endOf(client, id, Math.max(1, deadline - performance.now()));
      const outcome = error ? `${status}: ${error.code} at ${error.path}: ${error.message}` : status;
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 16 }, waiter));
  return counts;
}

async function endOf(client: OrquestraClient, id: string, timeoutMs: number): Promise<Instance> {
  try {
    return await client.waitForInstance(id, { timeoutMs });
  } catch (error) {
    const open = await client.getInstance(id);
    throw new Error(`expected ${id} to end, but it is ${open.status}, waiting for ${JSON.stringify(open.waitingFor)}`, {
      cause: error,
    });
  }
}

/** `simulate` steps one after the other. */
export const chain = (name: string, length: number, durationMs: number) => ({
  name,
  version: '1.0.0',
  steps: Array.from({ length }, (_, i) => ({ id: `s${i + 1}`, task: 'simulate', input: { durationMs, output: { n: i } } })),
});

/** `http` steps side by side, each asking for a path of its own, so that the server asked can count how often each ran. */
export const counted = (name: string, width: number, origin: string, options: { timeout?: string } = {}) => ({
  name,
  version: '1.0.0',
  steps: Array.from({ length: width }, (_, i) => ({
    id: `s${i + 1}`,
    needs: [],
    task: 'http',
    input: { method: 'GET', url: `${origin}/\${instance.id}/s${i + 1}` },
    retry: { maxAttempts: 1 },
    ...options,
  })),
  output: null,
});
