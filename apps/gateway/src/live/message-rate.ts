/** Messages beyond the rate that are answered with an error before the connection is closed. */
const patience = 200;

/** Token bucket: `perSecond` a second, as many at once. */
export class MessageRate {
  private tokens: number;
  private at = 0;
  private refused = 0;

  constructor(private readonly perSecond: number) {
    this.tokens = perSecond;
  }

  /** @param nowMs epoch ms of this message */
  count(nowMs: number): 'accept' | 'refuse' | 'close' {
    const elapsed = Math.max(0, nowMs - this.at);
    this.at = nowMs;
    this.tokens = Math.min(this.perSecond, this.tokens + (elapsed / 1_000) * this.perSecond);
    if (this.tokens >= 1) {
      this.tokens -= 1;
      this.refused = 0;
      return 'accept';
    }
    this.refused += 1;
    return this.refused > patience ? 'close' : 'refuse';
  }
}
