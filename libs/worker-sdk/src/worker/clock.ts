/** Time as the worker uses it; handed in so that tests are exact. */
export interface Clock {
  /** Epoch ms by this machine: only for display. */
  nowMs(): number;
  /** Monotonic ms: for durations. */
  elapsedMs(): number;
  /** Calls once after `ms`. @returns the function that calls it off */
  after(ms: number, call: () => void): () => void;
  /** Calls every `ms`. @returns the function that ends it */
  every(ms: number, call: () => void): () => void;
}

/** setTimeout counts in 32 bits; beyond, it would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  elapsedMs: () => performance.now(),
  after(ms, call) {
    let timer = setTimeout(
      function next(leftMs: number) {
        if (leftMs <= 0) return call();
        timer = setTimeout(next, Math.min(leftMs, longestTimerMs), leftMs - longestTimerMs);
      },
      Math.min(ms, longestTimerMs),
      ms - longestTimerMs,
    );
    return () => clearTimeout(timer);
  },
  every(ms, call) {
    const timer = setInterval(call, ms);
    return () => clearInterval(timer);
  },
};
