import type { ExchangeKind } from '../topology.js';
import type { MemoryQueue } from './memory-queue.js';

const nowhere: readonly MemoryQueue[] = [];

/** Which queues a routing key reaches; the answers of topic exchanges are remembered until a binding changes. */
export class MemoryExchange {
  private readonly byKey = new Map<string, MemoryQueue[]>();
  private readonly routes = new Map<string, readonly MemoryQueue[]>();

  constructor(readonly kind: ExchangeKind) {}

  get isBound(): boolean {
    return this.byKey.size > 0;
  }

  bind(queue: MemoryQueue, routingKey: string): void {
    const bound = this.byKey.get(routingKey) ?? [];
    if (bound.includes(queue)) return;
    this.byKey.set(routingKey, [...bound, queue]);
    this.routes.clear();
  }

  /** @param routingKey of one binding; absent: of all */
  unbind(queue: MemoryQueue, routingKey?: string): void {
    for (const [key, bound] of this.byKey) {
      if (routingKey !== undefined && routingKey !== key) continue;
      const rest = bound.filter((other) => other !== queue);
      if (rest.length === 0) this.byKey.delete(key);
      else this.byKey.set(key, rest);
    }
    this.routes.clear();
  }

  route(routingKey: string): readonly MemoryQueue[] {
    if (this.kind === 'direct') return this.byKey.get(routingKey) ?? nowhere;
    const remembered = this.routes.get(routingKey);
    if (remembered !== undefined) return remembered;
    const found = new Set<MemoryQueue>();
    for (const [pattern, bound] of this.byKey) {
      if (this.kind === 'fanout' || topicMatches(pattern, routingKey)) for (const queue of bound) found.add(queue);
    }
    const queues = [...found];
    // keys may hold ids: never remember without bound
    if (this.routes.size >= 10_000) this.routes.clear();
    this.routes.set(routingKey, queues);
    return queues;
  }
}

/** `*` is one word, `#` any number of words, words are parted by dots. */
export function topicMatches(pattern: string, routingKey: string): boolean {
  return wordsMatch(pattern.split('.'), routingKey.split('.'), 0, 0);
}

function wordsMatch(pattern: readonly string[], words: readonly string[], p: number, w: number): boolean {
  if (p === pattern.length) return w === words.length;
  if (pattern[p] === '#') {
    for (let next = w; next <= words.length; next += 1) if (wordsMatch(pattern, words, p + 1, next)) return true;
    return false;
  }
  if (w === words.length) return false;
  return (pattern[p] === '*' || pattern[p] === words[w]) && wordsMatch(pattern, words, p + 1, w + 1);
}
