/** Work that takes longer than this (ms) is not repeated at once. */
const cheapMs = 80;
/** The share of time that may be spent: a quarter. */
const rest = 3;
const longestRestMs = 2_000;

/**
 * Hands on what arrives, at once while that is cheap; what is dear to take in and to draw waits and comes together, so that the page stays
 * usable however much is told.
 * @param take also has to cause the drawing
 * @param afterDrawing calls back when what `take` changed is on the screen
 */
export class Paced<T> {
  private waiting: T[] = [];
  private isResting = false;

  constructor(
    private readonly take: (items: readonly T[]) => void,
    private readonly afterDrawing: (then: () => void) => void = afterNextFrame,
    private readonly now: () => number = () => performance.now(),
  ) {}

  push(items: readonly T[]): void {
    this.waiting.push(...items);
    if (!this.isResting) this.flush();
  }

  /** Forgets what waits. */
  clear(): void {
    this.waiting = [];
  }

  private flush(): void {
    const items = this.waiting;
    if (items.length === 0) return;
    this.waiting = [];
    this.isResting = true;
    const begun = this.now();
    this.take(items);
    this.afterDrawing(() => {
      const cost = this.now() - begun;
      const go = (): void => {
        this.isResting = false;
        this.flush();
      };
      if (cost < cheapMs) go();
      else setTimeout(go, Math.min(longestRestMs, cost * rest));
    });
  }
}

const afterNextFrame = (then: () => void): void => void requestAnimationFrame(() => setTimeout(then));
