/**
 * The next thing to be read of a partition's journal: everything before it has been read. `place` and `seq` are 0 at the beginning of a
 * batch, else those of the last item read: its number among the instances the batch touched, from 1, and its seq.
 */
export interface FeedPosition {
  readonly topology: number;
  readonly batchNo: number;
  readonly place: number;
  readonly seq: number;
}

/** What was asked for is kept no more, or belongs to another database or topology: nothing can be promised about what lies between. */
export class FeedGone extends Error {
  readonly code = 'FEED_GONE';
}

/** Opaque to clients. */
export const writePosition = ({ topology, batchNo, place, seq }: FeedPosition): string =>
  [topology, batchNo, place, seq].join('.');

const form = /^(\d{1,9})\.(\d{1,15})\.(\d{1,9})\.(\d{1,9})$/;

/** @returns undefined for a text that is no cursor of ours */
export function readPosition(cursor: string): FeedPosition | undefined {
  const [, topology, batchNo, place, seq] = form.exec(cursor) ?? [];
  if (seq === undefined) return undefined;
  return { topology: Number(topology), batchNo: Number(batchNo), place: Number(place), seq: Number(seq) };
}
