/** A recording in WfFormat 1.5 as the public collections publish them, made up from a seed: for machines without the collections. */
export interface GenerateOptions {
  /** The same seed makes the same file; an integer. */
  readonly seed: number;
  /** Tasks of each level, from the roots; default 1, 6, 9, 4, 1, 2. */
  readonly levels?: readonly number[];
}

interface Draft {
  readonly id: string;
  readonly parents: string[];
  readonly children: string[];
}

/** Every task but those of the first level has one to four parents in earlier levels, at least one of them in the level before. */
export function generateRecording({ seed, levels = [1, 6, 9, 4, 1, 2] }: GenerateOptions): unknown {
  const draw = randomNumbers(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(draw() * from.length)] as T;
  const rows: Draft[][] = [];
  let number = 0;
  for (const width of levels) {
    const before = rows.at(-1);
    const earlier = rows.flat();
    const row = Array.from({ length: width }, (): Draft => {
      number += 1;
      const parents = new Set<Draft>();
      if (before) parents.add(pick(before));
      for (let more = Math.floor(draw() * 4); before && more > 0; more -= 1) parents.add(pick(earlier));
      const task: Draft = {
        id: `task_ID${String(number).padStart(6, '0')}`,
        parents: [...parents].map((one) => one.id),
        children: [],
      };
      for (const parent of parents) parent.children.push(task.id);
      return task;
    });
    rows.push(row);
  }
  const tasks = rows.flat();
  return {
    name: `generated-${seed}`,
    description: 'Made up for tests',
    schemaVersion: '1.5',
    workflow: {
      specification: { tasks: tasks.map((task) => ({ name: task.id, ...task })), files: [] },
      execution: { tasks: tasks.map(({ id }) => ({ id, runtimeInSeconds: Math.round(draw() * 10_000) / 1_000 })) },
    },
  };
}

/** mulberry32: small, even and the same everywhere. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
