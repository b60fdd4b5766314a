import { monitorEventLoopDelay } from 'node:perf_hooks';

const sampleMs = 20;
const windowMs = 500;
/** As long as each of so many windows is late, the loop is. */
const windows = 4;

/** How late the event loop is, for two seconds by now: a single long pause (garbage, a stopped process) is over when it is seen, and refuses nobody. */
export class LoopDelay {
  private readonly histogram = monitorEventLoopDelay({ resolution: sampleMs });
  private readonly timer: NodeJS.Timeout;
  private readonly latest = new Array<number>(windows).fill(0);

  constructor() {
    this.histogram.enable();
    this.timer = setInterval(() => this.look(), windowMs);
    this.timer.unref();
  }

  /** The least mean of the last windows, ms. */
  get meanMs(): number {
    return Math.min(...this.latest);
  }

  stop(): void {
    clearInterval(this.timer);
    this.histogram.disable();
  }

  private look(): void {
    const { count, mean } = this.histogram;
    this.latest.shift();
    // No sample at all: timers ran, and the loop never went round.
    this.latest.push(count === 0 ? windowMs : Math.max(0, mean / 1e6 - sampleMs));
    this.histogram.reset();
  }
}
