import type { InstanceId } from '#libs/engine';

/**
 * Instances by due time, earliest first: a binary heap of (dueAt, id) pairs. Each instance is remembered once, at its earliest time;
 * pairs it has outlived stay in the heap until they surface.
 */
export class DueHeap {
  private readonly pairs: { dueAt: number; id: InstanceId }[] = [];
  private readonly current = new Map<InstanceId, number>();

  /** Instances remembered. */
  get size(): number {
    return this.current.size;
  }

  push(dueAt: number, id: InstanceId): void {
    const known = this.current.get(id);
    if (known !== undefined && known <= dueAt) return;
    this.current.set(id, dueAt);
    const { pairs } = this;
    let at = pairs.push({ dueAt, id }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (pairs[parent]!.dueAt <= dueAt) break;
      pairs[at] = pairs[parent]!;
      at = parent;
    }
    pairs[at] = { dueAt, id };
  }

  /** An instance that has ended, or whose clocks were stopped, is not to be woken. */
  forget(id: InstanceId): void {
    this.current.delete(id);
  }

  earliest(): number | undefined {
    this.dropOutdated();
    return this.pairs[0]?.dueAt;
  }

  /** Takes out everything due at `nowMs`, at most `limit`, each id once. */
  takeDue(nowMs: number, limit: number): InstanceId[] {
    const due: InstanceId[] = [];
    while (due.length < limit && (this.earliest() ?? Infinity) <= nowMs) {
      const id = this.shift();
      this.current.delete(id);
      due.push(id);
    }
    return due;
  }

  private dropOutdated(): void {
    const { pairs } = this;
    while (pairs.length > 0 && this.current.get(pairs[0]!.id) !== pairs[0]!.dueAt) this.shift();
  }

  private shift(): InstanceId {
    const { pairs } = this;
    const top = pairs[0]!;
    const last = pairs.pop()!;
    if (pairs.length === 0) return top.id;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= pairs.length) break;
      if (child + 1 < pairs.length && pairs[child + 1]!.dueAt < pairs[child]!.dueAt) child += 1;
      if (pairs[child]!.dueAt >= last.dueAt) break;
      pairs[at] = pairs[child]!;
      at = child;
    }
    pairs[at] = last;
    return top.id;
  }
}
