/** First in, first out (but for what is urgent), persistent: two linked lists, so that a fork shares it for nothing. */
type Cell = { readonly entry: ReadyEntry; readonly next: Cell } | undefined;

/** Something to look at: a pending step whose join is decided, a block, or (path ending in '/') a scope that must be stopped. */
export interface ReadyEntry {
  readonly path: string;
  /** Number of the push: an entry whose step has been pushed again since is outdated. */
  readonly no: number;
}

export interface ReadyQueue {
  readonly front: Cell;
  readonly back: Cell;
  readonly size: number;
}

export const emptyReady: ReadyQueue = { front: undefined, back: undefined, size: 0 };

export function pushReady(queue: ReadyQueue, entry: ReadyEntry): ReadyQueue {
  if (queue.front === undefined) return { front: { entry, next: undefined }, back: undefined, size: 1 };
  return { front: queue.front, back: { entry, next: queue.back }, size: queue.size + 1 };
}

/** Before all others: they must not be begun any more. */
export const pushUrgent = (queue: ReadyQueue, entry: ReadyEntry): ReadyQueue => ({
  ...queue,
  front: { entry, next: queue.front },
  size: queue.size + 1,
});

export const peekReady = (queue: ReadyQueue): ReadyEntry | undefined => queue.front?.entry;

export function shiftReady(queue: ReadyQueue): ReadyQueue {
  const front = queue.front?.next;
  if (front !== undefined) return { front, back: queue.back, size: queue.size - 1 };
  let turned: Cell;
  for (let cell = queue.back; cell !== undefined; cell = cell.next) turned = { entry: cell.entry, next: turned };
  return turned === undefined ? emptyReady : { front: turned, back: undefined, size: queue.size - 1 };
}
