/**
 * A map that can be forked in O(1): the fork reads through to its base and keeps its own changes apart, until the base absorbs them.
 * A decision works on a fork, so that deciding never changes the state it was given. Keys keep the order in which they were set.
 */
export class OverlayMap<V> {
  /** Made with the first change: most forks change few of the maps of a state. */
  private own: Map<string, V> | undefined;
  /** Keys of the base that were deleted, those set anew since among them: these stand where they were set. */
  private gone: Set<string> | undefined;
  private count: number;

  constructor(private readonly base?: OverlayMap<V>) {
    this.count = base?.size ?? 0;
  }

  get size(): number {
    return this.count;
  }

  get(key: string): V | undefined {
    const mine = this.own?.get(key);
    if (mine !== undefined || this.base === undefined || this.gone?.has(key) === true) return mine;
    return this.base.get(key);
  }

  set(key: string, value: V): void {
    if (this.get(key) === undefined) this.count += 1;
    (this.own ??= new Map()).set(key, value);
  }

  delete(key: string): void {
    if (this.get(key) === undefined) return;
    this.count -= 1;
    this.own?.delete(key);
    if (this.base?.get(key) !== undefined) (this.gone ??= new Set()).add(key);
  }

  /**
   * What this map is once a fork of it has become valid.
   * @param fork must not be used any more; one that is none of this map takes its place
   */
  absorb(fork: OverlayMap<V>): OverlayMap<V> {
    if (fork.base !== this) return fork;
    if (fork.gone !== undefined) for (const key of fork.gone) this.delete(key);
    if (fork.own !== undefined) for (const [key, value] of fork.own) this.set(key, value);
    return this;
  }

  *keys(): IterableIterator<string> {
    if (this.base) for (const key of this.base.keys()) if (!this.gone?.has(key)) yield key;
    for (const key of this.own?.keys() ?? []) if (this.isNew(key)) yield key;
  }

  first(): string | undefined {
    for (const key of this.base === undefined ? (this.own?.keys() ?? []) : this.keys()) return key;
    return undefined;
  }

  private isNew(key: string): boolean {
    return this.base?.get(key) === undefined || this.gone?.has(key) === true;
  }
}
