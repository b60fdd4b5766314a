import { OverlayMap } from './overlay-map.js';

/**
 * Open waits by what they can be reached by (an event's name, an ask's name), oldest first: 10,000 waits of one instance must not
 * be looked at for every event. Forks in O(1) like `OverlayMap`; a fork copies only the list it changes.
 */
export class WaitIndex {
  private lists: Map<string, OverlayMap<true>> | undefined;
  /** By path. */
  private namesOf: OverlayMap<readonly string[]>;

  constructor(private readonly base?: WaitIndex) {
    this.namesOf = new OverlayMap(base?.namesOf);
  }

  get size(): number {
    return this.namesOf.size;
  }

  /** Paths, oldest first. */
  keys(): IterableIterator<string> {
    return this.namesOf.keys();
  }

  /** Paths of the waits for `name`, oldest first. */
  under(name: string): IterableIterator<string> | readonly string[] {
    return this.list(name)?.keys() ?? [];
  }

  set(path: string, names: readonly string[]): void {
    this.delete(path);
    this.namesOf.set(path, names);
    for (const name of names) this.own(name).set(path, true);
  }

  /** One name has come; the wait goes on for the others. */
  deleteName(path: string, name: string): void {
    const names = this.namesOf.get(path);
    if (names === undefined) return;
    this.namesOf.set(path, names.filter((other) => other !== name)); // prettier-ignore
    this.leave(name, path);
  }

  delete(path: string): void {
    const names = this.namesOf.get(path);
    if (names === undefined) return;
    this.namesOf.delete(path);
    for (const name of names) this.leave(name, path);
  }

  /** As `OverlayMap.absorb`. */
  absorb(fork: WaitIndex): WaitIndex {
    if (fork.base !== this) return fork;
    this.namesOf = this.namesOf.absorb(fork.namesOf);
    for (const [name, list] of fork.lists ?? []) {
      const own = this.list(name)?.absorb(list) ?? list;
      if (own.size === 0 && this.base === undefined) this.lists?.delete(name);
      else (this.lists ??= new Map()).set(name, own);
    }
    return this;
  }

  private list(name: string): OverlayMap<true> | undefined {
    return this.lists?.get(name) ?? this.base?.list(name);
  }

  /** Names nobody waits for any more leave nothing behind. */
  private leave(name: string, path: string): void {
    const list = this.own(name);
    list.delete(path);
    if (list.size === 0 && this.base === undefined) this.lists?.delete(name);
  }

  private own(name: string): OverlayMap<true> {
    let list = this.lists?.get(name);
    if (list === undefined) (this.lists ??= new Map()).set(name, (list = new OverlayMap(this.base?.list(name))));
    return list;
  }
}
