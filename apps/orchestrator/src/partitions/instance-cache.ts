import type { HeadUpdate, InstanceHead } from '#libs/persistence';
import type { InstanceId, InstanceState, Plan } from '#libs/engine';

/** Rough size of an event in a state, beside the payloads it brought. */
export const bytesPerEvent = 250;

export interface CachedInstance {
  readonly head: InstanceHead;
  readonly plan: Plan;
  readonly state: InstanceState;
  /** As the wake-up row says; an instance that has ended has none. */
  wakeup: { dueAt: number | null; work: 'none' | 'queued' | 'sent' } | undefined;
  snapshotSeq: number;
  /** As the batch at hand writes its row, and the console is told. */
  told?: HeadUpdate;
  /** Of the snapshot that the batch at hand writes: from then on its true size is known. */
  snapshotBytes?: number;
  /** Rough size in memory, bytes. */
  bytes: number;
}

/** Instances that wait and stay all the same, so that an answer that comes soon finds them. */
export const restingAtMost = 250;

/** States of the instances a partition works on, least recently used out first, bounded by bytes. Of those that wait only a few stay. */
export class InstanceCache {
  private readonly entries = new Map<InstanceId, CachedInstance>();
  /** Those that wait, longest first. */
  private readonly resting = new Set<InstanceId>();
  private bytes = 0;

  constructor(private readonly bytesAtMost: number) {}

  get(id: InstanceId): CachedInstance | undefined {
    const entry = this.entries.get(id);
    if (entry !== undefined) {
      this.entries.delete(id);
      this.entries.set(id, entry);
      this.resting.delete(id);
    }
    return entry;
  }

  /** Without counting as a use. */
  peek(id: InstanceId): CachedInstance | undefined {
    return this.entries.get(id);
  }

  values(): Iterable<CachedInstance> {
    return this.entries.values();
  }

  has(id: InstanceId): boolean {
    return this.entries.has(id);
  }

  put(entry: CachedInstance): void {
    this.drop(entry.head.id);
    this.entries.set(entry.head.id, entry);
    this.bytes += entry.bytes;
  }

  grew(entry: CachedInstance, by: number): void {
    entry.bytes += by;
    if (this.entries.has(entry.head.id)) this.bytes += by;
  }

  /** The snapshot just written tells what the state weighs, however many events have led to it. */
  weigh(entry: CachedInstance): void {
    if (entry.snapshotBytes === undefined) return;
    this.grew(entry, 2_000 + 2 * entry.snapshotBytes - entry.bytes);
    entry.snapshotBytes = undefined;
  }

  drop(id: InstanceId): void {
    const entry = this.entries.get(id);
    if (entry === undefined) return;
    this.entries.delete(id);
    this.resting.delete(id);
    this.bytes -= entry.bytes;
  }

  /** It has come to wait, perhaps for months. Between batches only. */
  rest(id: InstanceId): void {
    if (!this.entries.has(id)) return;
    this.resting.add(id);
    if (this.resting.size <= restingAtMost) return;
    const [longest] = this.resting;
    this.drop(longest!);
  }

  /** Between batches only: whatever a batch works on must stay. */
  trim(): void {
    for (const [id] of this.entries) {
      if (this.bytes <= this.bytesAtMost) return;
      this.drop(id);
    }
  }
}
