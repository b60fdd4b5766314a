import type { StartRequest } from '#libs/contracts';
import type { Run } from '../run.js';

const atOnce = 500;

/** Starts many instances beside the workload's, in batches. Each must end as `ends` says. @returns their ids, in order. @throws Error when one is refused */
export async function startMany(run: Run, requests: readonly StartRequest[], ends?: string): Promise<string[]> {
  const ids: string[] = [];
  for (let from = 0; from < requests.length; from += atOnce) {
    const { items } = await run.world.client.startBatch(requests.slice(from, from + atOnce));
    for (const { instance, problem } of items) {
      if (instance === undefined) throw new Error(`expected every start to be taken, but: ${problem?.detail}`);
      if (ends !== undefined) run.own.set(instance.id, ends);
      ids.push(instance.id);
    }
  }
  return ids;
}

/** `act` on each of them, so many at a time. */
export async function each<T>(
  items: readonly T[],
  atOnce: number,
  act: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const left = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of left) await act(item, index);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
