import type { RegisteredTask } from '../handlers/task-registry.js';
import type { Attempt } from './attempt.js';

/** Share of the newest duration in the mean. */
const newestShare = 0.1;
/** Prefetch covers at most this much work … */
const prefetchedMs = 60_000;
/** … and this many messages, unless told otherwise: as much as steps of a millisecond take to ask for more. */
const usualPrefetch = 200;

/** One task of one queue in this worker: its backlog, its slots, its mean. */
export class Lane {
  /** Slots in use. */
  used = 0;
  /** Of an attempt, ms; undefined before the first. */
  meanMs?: number;
  /** Sweep in which an attempt last left the backlog. */
  lastBegunSweep = 0;
  private backlog: Attempt[] = [];
  private first = 0;

  constructor(
    readonly handler: RegisteredTask,
    /** Slots it may use at once. */
    readonly limit: number,
    /** Messages it may hold unacknowledged at most. */
    private readonly prefetchAtMost = usualPrefetch,
  ) {}

  push(attempt: Attempt): void {
    this.backlog.push(attempt);
  }

  /** The oldest attempt still waiting; those that ended meanwhile are skipped. */
  peek(): Attempt | undefined {
    while (this.first < this.backlog.length) {
      const attempt = this.backlog[this.first]!;
      if (attempt.phase === 'waiting') return attempt;
      this.first += 1;
    }
    this.backlog = [];
    this.first = 0;
    return undefined;
  }

  /** As `peek`, taken out. */
  shift(): Attempt | undefined {
    const attempt = this.peek();
    if (attempt === undefined) return undefined;
    this.first += 1;
    this.compact();
    return attempt;
  }

  get hasBacklog(): boolean {
    return this.first < this.backlog.length;
  }

  took(durationMs: number): void {
    this.meanMs = this.meanMs === undefined ? durationMs : this.meanMs + newestShare * (durationMs - this.meanMs);
  }

  /** Lets go of what was taken out; seldom, so that taking stays O(1). */
  private compact(): void {
    if (this.first < 1_024 || this.first * 2 < this.backlog.length) return;
    this.backlog = this.backlog.slice(this.first);
    this.first = 0;
  }

  /** Unacknowledged messages to ask for: about a minute of work, never less than what can run at once (at most `prefetchAtMost`). */
  get prefetch(): number {
    const minuteOfWork = this.meanMs === undefined ? 0 : Math.floor((this.limit * prefetchedMs) / Math.max(this.meanMs, 1));
    return Math.min(this.prefetchAtMost, Math.max(this.limit, minuteOfWork));
  }
}
