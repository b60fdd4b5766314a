import { topologicalOrder, type Graph } from './graph.js';

/**
 * Which steps come before which, as bits: 10,000 steps that all read the first one must not take 10,000 walks.
 * Steps on a cycle, or behind one, have no ancestors here: they are told of by themselves.
 */
export class Ancestors {
  private readonly all: (Uint32Array | undefined)[] = [];
  private readonly sure: (Uint32Array | undefined)[] = [];

  constructor(graph: Graph) {
    const words = (graph.drafts.length + 31) >>> 5;
    for (const position of topologicalOrder(graph)) {
      const needs = graph.needs[position] ?? [];
      const isSure = graph.drafts[position]?.fixed.runOn === 'success' && graph.required[position] === needs.length;
      this.all[position] = union(needs, this.all, words);
      this.sure[position] = isSure ? union(needs, this.sure, words) : new Uint32Array(words);
    }
  }

  /** Can the order of this step be told at all? */
  isOrdered(position: number): boolean {
    return this.all[position] !== undefined;
  }

  /** Has `other` ended before `position` starts? */
  has(position: number, other: number): boolean {
    return isSet(this.all[position], other);
  }

  /** Has `other` certainly ended OK before `position` starts: reached through joins over all needs only? */
  isSure(position: number, other: number): boolean {
    return isSet(this.sure[position], other);
  }
}

function union(needs: readonly number[], rows: readonly (Uint32Array | undefined)[], words: number): Uint32Array {
  const row = new Uint32Array(words);
  for (const need of needs) {
    const other = rows[need];
    if (other) for (let word = 0; word < words; word++) row[word] = (row[word] as number) | (other[word] as number);
    row[need >>> 5] = (row[need >>> 5] as number) | (1 << (need & 31));
  }
  return row;
}

const isSet = (row: Uint32Array | undefined, bit: number): boolean =>
  row !== undefined && ((row[bit >>> 5] as number) & (1 << (bit & 31))) !== 0;
