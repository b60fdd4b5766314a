/** A way that can be closed for a while. */
export class Gate {
  private closedUntilMs = -Infinity;

  close(ms: number): void {
    this.closedUntilMs = Math.max(this.closedUntilMs, performance.now() + ms);
  }

  open(): void {
    this.closedUntilMs = -Infinity;
    for (const timer of this.timers) {
      clearTimeout(timer.handle);
      timer.go();
    }
    this.timers.clear();
  }

  get isClosed(): boolean {
    return performance.now() < this.closedUntilMs;
  }

  /** Resolves when it is open, also if it is closed for longer meanwhile. */
  async passed(): Promise<void> {
    while (this.isClosed) await this.wait(this.closedUntilMs - performance.now());
  }

  private readonly timers = new Set<{ readonly handle: NodeJS.Timeout; readonly go: () => void }>();

  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = {
        handle: setTimeout(() => {
          this.timers.delete(timer);
          resolve();
        }, ms),
        go: resolve,
      };
      this.timers.add(timer);
    });
  }
}
