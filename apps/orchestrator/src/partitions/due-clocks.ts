import type { InstanceId } from '#libs/engine';
import type { DueWakeup } from '#libs/persistence';
import { DueHeap } from '../time/due-heap.js';
import { partitionBuckets } from './bucket-range.js';
import type { PartitionServices } from './partition-services.js';

/** Clocks due within the next sweeps are fetched ahead, so that they fire on time. */
const aheadMs = 2_000;
/** Wake-up rows read at once: some batches' worth, so that the next page is there before they are done. */
const pageSize = 2_000;

/**
 * Clocks of a partition that are due soon. The rows are the truth; what is due later is not remembered, so that sleepers cost no memory. Each
 * sweep reads the rows from the earliest on; when there are more than a page of them, the next page follows as soon as the last one has fired.
 */
export class DueClocks {
  private readonly heap = new DueHeap();
  /** Where the pass under way goes on. */
  private after: DueWakeup | null = null;
  private isReading = false;

  constructor(
    private readonly number: number,
    private readonly services: PartitionServices,
    /** The earliest clock has changed. */
    private readonly changed: () => void,
  ) {}

  earliest(): number | undefined {
    return this.heap.earliest();
  }

  /** Takes out what is due, at most `limit`. */
  take(limit: number): InstanceId[] {
    const due = this.heap.takeDue(this.services.clock.nowMs(), limit);
    if (due.length < limit && this.after !== null) void this.readPage().catch(() => (this.after = null)); // the next sweep begins anew
    return due;
  }

  /** Remembers a clock of an instance at hand, unless a sweep will find it in time. */
  remind(id: InstanceId, dueAt: number): void {
    const { clock, config } = this.services;
    if (dueAt - clock.nowMs() < config.remindWithinMs) this.heap.push(dueAt, id);
    if (this.heap.earliest() === dueAt) this.changed();
  }

  forget(id: InstanceId): void {
    this.heap.forget(id);
  }

  /** Epoch ms up to which the next sweep looks. */
  horizonMs(): number {
    return this.services.clock.nowMs() + aheadMs;
  }

  /** Looks for clocks nobody has reminded us of, unless what was found has not fired yet. */
  async sweep(): Promise<void> {
    const hasDue = (this.heap.earliest() ?? Infinity) <= this.services.clock.nowMs();
    if (this.after === null && !hasDue) await this.readPage();
  }

  private async readPage(): Promise<void> {
    if (this.isReading) return;
    this.isReading = true;
    try {
      const { store, config } = this.services;
      const [from, to] = partitionBuckets(this.number, config.partitions);
      const rows = await store.dueWakeups(from, to, this.horizonMs(), this.after, pageSize);
      this.after = rows.length < pageSize ? null : rows.at(-1)!;
      for (const { id, dueAt } of rows) this.heap.push(dueAt, id);
      if (rows.length > 0) this.changed();
    } finally {
      this.isReading = false;
    }
  }
}
