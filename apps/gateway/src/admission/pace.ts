/** Seconds that are remembered. */
const span = 5;

/** How many requests end in a second, over the last few seconds. */
export class Pace {
  private readonly counts = new Array<number>(span).fill(0);
  private second = 0;

  /** @param nowMs of a clock that never goes back */
  count(nowMs: number): void {
    this.moveTo(nowMs);
    this.counts[this.second % span]! += 1;
  }

  perSecond(nowMs: number): number {
    this.moveTo(nowMs);
    return this.counts.reduce((sum, each) => sum + each, 0) / span;
  }

  private moveTo(nowMs: number): void {
    const second = Math.floor(nowMs / 1_000);
    for (let each = Math.max(this.second + 1, second - span + 1); each <= second; each += 1) this.counts[each % span] = 0;
    this.second = Math.max(this.second, second);
  }
}
