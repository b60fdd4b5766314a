/** Which batches have all their effects confirmed: the highest number below which nothing is open is the journal's `sent_through`. */
export class SendTracker {
  /** Sendings under way by the batch they belong to. */
  private readonly open = new Map<number, number>();

  constructor(private highest: number) {}

  begin(batchNo: number): void {
    this.open.set(batchNo, (this.open.get(batchNo) ?? 0) + 1);
    this.highest = Math.max(this.highest, batchNo);
  }

  end(batchNo: number): void {
    const left = (this.open.get(batchNo) ?? 0) - 1;
    if (left > 0) this.open.set(batchNo, left);
    else this.open.delete(batchNo);
  }

  get outstanding(): number {
    return this.open.size;
  }

  sentThrough(): number {
    let lowest = this.highest + 1;
    for (const batchNo of this.open.keys()) lowest = Math.min(lowest, batchNo);
    return lowest - 1;
  }
}
