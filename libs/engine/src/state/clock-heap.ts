/** Clocks of an instance, earliest first: a persistent leftist heap, so that a fork shares it for nothing. */

export type ClockKind = 'retry' | 'queueTimeout' | 'totalTimeout' | 'grace' | 'instanceTimeout' | 'timer' | 'timeout' | 'delay';

export interface Clock {
  /** Epoch ms. */
  readonly dueAt: number;
  readonly kind: ClockKind;
  /** '' for the instance's own. */
  readonly path: string;
}

export type ClockHeap =
  { readonly clock: Clock; readonly rank: number; readonly left: ClockHeap; readonly right: ClockHeap } | undefined;

const rank = (heap: ClockHeap): number => heap?.rank ?? 0;

function node(clock: Clock, a: ClockHeap, b: ClockHeap): ClockHeap {
  return rank(a) >= rank(b) ? { clock, rank: rank(b) + 1, left: a, right: b } : { clock, rank: rank(a) + 1, left: b, right: a };
}

/** Of clocks due at the same moment one is always the first, however the heap came about: what is decided must not depend on that. */
function isFirst(a: Clock, b: Clock): boolean {
  if (a.dueAt !== b.dueAt) return a.dueAt < b.dueAt;
  return a.path === b.path ? a.kind <= b.kind : a.path < b.path;
}

/** Recursion runs down right spines only, which a leftist heap keeps at O(log n). */
export function mergeClocks(a: ClockHeap, b: ClockHeap): ClockHeap {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return isFirst(a.clock, b.clock)
    ? node(a.clock, a.left, mergeClocks(a.right, b))
    : node(b.clock, b.left, mergeClocks(a, b.right));
}

export const addClock = (heap: ClockHeap, clock: Clock): ClockHeap =>
  mergeClocks(heap, { clock, rank: 1, left: undefined, right: undefined });
export const dropEarliest = (heap: NonNullable<ClockHeap>): ClockHeap => mergeClocks(heap.left, heap.right);
