/**
 * A map that can be forked in O(1): the fork reads through to its base and keeps its own changes apart.
 * A decision works on a fork, so that deciding never changes the state it was given.
 */
export class OverlayMap<V> {
  private readonly own = new Map<string, V>();
  private gone: Set<string> | undefined;
  private count: number;

  constructor(private readonly base?: OverlayMap<V>) {
    this.count = base?.size ?? 0;
  }

  get size(): number {
    return this.count;
  }

  get(key: string): V | undefined {
    const mine = this.own.get(key);
    if (mine !== undefined || this.base === undefined || this.gone?.has(key)) return mine;
    return this.base.get(key);
  }

  set(key: string, value: V): void {
    if (this.get(key) === undefined) this.count += 1;
    this.gone?.delete(key);
    this.own.set(key, value);
  }

  delete(key: string): void {
    if (this.get(key) === undefined) return;
    this.count -= 1;
    this.own.delete(key);
    if (this.base?.get(key) !== undefined) (this.gone ??= new Set()).add(key);
  }

  *keys(): IterableIterator<string> {
    if (this.base) for (const key of this.base.keys()) if (!this.gone?.has(key)) yield key;
    for (const key of this.own.keys()) if (this.base?.get(key) === undefined) yield key;
  }

  first(): string | undefined {
    for (const key of this.keys()) return key;
    return undefined;
  }
}
