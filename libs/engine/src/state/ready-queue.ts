/** First in, first out, persistent: two linked lists, so that a fork shares it for nothing. */
type Cell = { readonly path: string; readonly next: Cell } | undefined;

export interface ReadyQueue {
  readonly front: Cell;
  readonly back: Cell;
  readonly size: number;
}

export const emptyReady: ReadyQueue = { front: undefined, back: undefined, size: 0 };

export function pushReady(queue: ReadyQueue, path: string): ReadyQueue {
  if (queue.front === undefined) return { front: { path, next: undefined }, back: undefined, size: 1 };
  return { front: queue.front, back: { path, next: queue.back }, size: queue.size + 1 };
}

export const peekReady = (queue: ReadyQueue): string | undefined => queue.front?.path;

export function shiftReady(queue: ReadyQueue): ReadyQueue {
  const front = queue.front?.next;
  if (front !== undefined) return { front, back: queue.back, size: queue.size - 1 };
  let turned: Cell;
  for (let cell = queue.back; cell !== undefined; cell = cell.next) turned = { path: cell.path, next: turned };
  return turned === undefined ? emptyReady : { front: turned, back: undefined, size: queue.size - 1 };
}
