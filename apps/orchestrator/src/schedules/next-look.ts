/** A schedule that somebody has just made is seen within this time, whatever it was that was due next. */
const lookEveryMs = 1_000;

/** When it is worth to look for what is due: in time for the next one that is known, and once a second. */
export class NextLook {
  private atMs = -Infinity;

  /** @param dueIn ms until the next one is due */
  constructor(
    private readonly dueIn: () => Promise<number>,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** @returns whether something is due now */
  async isDue(): Promise<boolean> {
    if (this.nowMs() < this.atMs) return false;
    const inMs = await this.dueIn();
    this.atMs = this.nowMs() + Math.min(lookEveryMs, Math.max(0, inMs));
    return inMs <= 0;
  }
}
