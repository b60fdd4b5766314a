import { Pace } from './pace.js';

export interface ShareLimits {
  /** Requests worked on at once. */
  readonly atOnce: number;
  /** Requests that may wait for a place. */
  readonly waiting: number;
  /** How long one waits at most, ms. */
  readonly waitMs: number;
}

/** A request's right to be worked on. Given back once; giving it back again does nothing. */
export interface Place {
  release(): void;
}

/** Nobody can be taken in now. No error: under a flood there are thousands a second, and a stack is dear. */
export class ShareFull {
  constructor(
    readonly why: 'full' | 'waited' | 'late' | 'held' | 'body',
    /** When it is worth another try, whole seconds. */
    readonly retryAfterS: number,
  ) {}
}

interface Waiter {
  readonly enter: () => void;
}

/** Asked to come back after at least 1 s; after this long at most, whatever the line: things may have changed by then. */
const longestRetryAfterS = 30;
/** Told while nothing at all is being finished. */
const standstillRetryAfterS = 10;

/** One kind of requests: so many at once, so many in line behind them, in the order they came. */
export class Share {
  private used = 0;
  private readonly line = new Set<Waiter>();
  private readonly pace = new Pace();

  constructor(
    private readonly limits: ShareLimits,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  get inProgress(): number {
    return this.used;
  }

  get waiting(): number {
    return this.line.size;
  }

  /** Would another request be refused at once? */
  get isFull(): boolean {
    return this.used >= this.limits.atOnce && this.line.size >= this.limits.waiting;
  }

  /**
   * @param onGone tells when the caller has left: its wait ends, and the promise never settles
   * @returns ShareFull at once when the line is full, else after the longest wait
   */
  enter(onGone?: (left: () => void) => void): Place | ShareFull | Promise<Place | ShareFull> {
    if (this.used < this.limits.atOnce) return this.place();
    if (this.isFull) return this.refusal('full');
    return this.wait(onGone);
  }

  refusal(why: ShareFull['why']): ShareFull {
    return new ShareFull(why, this.retryAfterS());
  }

  private wait(onGone: ((left: () => void) => void) | undefined): Promise<Place | ShareFull> {
    return new Promise((resolve) => {
      const leave = (): void => {
        clearTimeout(timer);
        this.line.delete(waiter);
      };
      const waiter: Waiter = {
        enter: () => {
          leave();
          resolve(this.place());
        },
      };
      const timer = setTimeout(() => {
        leave();
        resolve(this.refusal('waited'));
      }, this.limits.waitMs);
      onGone?.(leave);
      this.line.add(waiter);
    });
  }

  private place(): Place {
    this.used += 1;
    let isHeld = true;
    return {
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        this.used -= 1;
        this.pace.count(this.nowMs());
        const [next] = this.line;
        next?.enter();
      },
    };
  }

  /** The time in which those ahead will be done, at the pace of the last seconds. */
  private retryAfterS(): number {
    const perSecond = this.pace.perSecond(this.nowMs());
    if (perSecond === 0) return standstillRetryAfterS;
    return Math.min(longestRetryAfterS, Math.max(1, Math.ceil((this.used + this.line.size) / perSecond)));
  }
}
