import { chainOf } from '../definitions.js';
import { idleName, timesOf } from '../workloads.js';
import { chainCommits } from './chain-rows.js';
import { FloorStore } from './floor-store.js';
import { batchSize, type Floor, lanes } from './floor.js';

/** A bare loop over the database: start, commit, commit …, in batches of 200 on two connections. */
export async function standaloneFloor(databaseUrl: string): Promise<Floor> {
  const store = await FloorStore.open(databaseUrl, lanes);

  const chainsOf = async (lane: number, length: number, count: number): Promise<void> => {
    const { name } = chainOf(length);
    const instances = await store.start(count, name, length);
    for (const commit of chainCommits(length, name))
      await store.commit(
        lane,
        instances.map((instance) => ({ ...instance, commit })),
      );
  };

  return {
    roots: [],
    async manyChains(chains) {
      const begun = performance.now();
      let left = chains;
      const loop = async (lane: number): Promise<void> => {
        while (left > 0) {
          const count = Math.min(batchSize, left);
          left -= count;
          await chainsOf(lane, 5, count);
        }
      };
      await Promise.all(Array.from({ length: lanes }, (_, lane) => loop(lane)));
      return { workload: 'W1', steps: chains * 5, ms: [performance.now() - begun] };
    },
    async oneAtATime(length, count) {
      const ms = await timesOf(count, () => chainsOf(0, length, 1));
      return { workload: idleName(length), steps: length * count, ms };
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
