import { stepKey } from '#libs/contracts';
import type { RegisteredTask } from '../handlers/task-registry.js';
import type { Attempt } from './attempt.js';
import { Lane } from './lane.js';
import { MemoryBudget } from './memory-budget.js';

/** Handlers that return at once may follow each other for so long before the broker, the clocks and what has ended get their turn. */
const pumpMs = 25;

/**
 * Gives slots to waiting attempts: as many at once as the worker has, each task within its own limit, tasks in turn. An attempt that takes more than
 * is free is not overtaken when its turn has come, or it would never have one.
 */
export class Lanes {
  /** Called with each attempt that gets a slot; set by whoever runs them. */
  onTurn: (attempt: Attempt) => void = () => undefined;
  private readonly byKey = new Map<string, Lane>();
  private readonly order: Lane[] = [];
  private turn = 0;
  private taken = 0;
  private attempts = 0;
  private isOpen = true;
  private isPumping = false;
  private readonly idleWaiters: (() => void)[] = [];

  constructor(
    handlers: readonly RegisteredTask[],
    /** Slots in all. */
    readonly capacity: number,
    readonly memory = new MemoryBudget(undefined),
    prefetch?: number,
    /** Monotonic ms. */
    private readonly elapsedMs: () => number = () => performance.now(),
  ) {
    for (const handler of handlers) {
      const lane = new Lane(handler, Math.min(handler.concurrency ?? capacity, capacity), prefetch);
      this.byKey.set(stepKey(handler.queue, handler.task), lane);
      this.order.push(lane);
    }
  }

  get all(): readonly Lane[] {
    return this.order;
  }

  /** Attempts that have slots. */
  get running(): number {
    return this.attempts;
  }

  get freeSlots(): number {
    return this.capacity - this.taken;
  }

  /** Could it ever run here? */
  fits(attempt: Attempt): boolean {
    return attempt.slots <= attempt.lane.limit && attempt.memory <= this.memory.total;
  }

  of(queue: string, task: string): Lane | undefined {
    return this.byKey.get(stepKey(queue, task));
  }

  /** Nothing begins any more. */
  shut(): void {
    this.isOpen = false;
  }

  /** Frees the slot of an attempt that has ended, and begins what waits. */
  release(attempt: Attempt): void {
    this.count(attempt, -1);
    this.pump();
    if (this.taken === 0) for (const resolve of this.idleWaiters.splice(0)) resolve();
  }

  /** Resolves when no slot is in use. */
  idle(): Promise<void> {
    if (this.taken === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  /** Begins waiting attempts while there are slots. One that ends at once frees its slot for the next round. */
  pump(): void {
    if (this.isPumping) return;
    this.isPumping = true;
    try {
      const until = this.elapsedMs() + pumpMs;
      while (this.isOpen && this.taken < this.capacity) {
        const attempt = this.next();
        if (attempt === undefined) return;
        this.count(attempt, 1);
        this.onTurn(attempt);
        if (this.elapsedMs() > until) return void setImmediate(() => this.pump());
      }
    } finally {
      this.isPumping = false;
    }
  }

  private count(attempt: Attempt, by: 1 | -1): void {
    this.attempts += by;
    this.taken += by * attempt.slots;
    attempt.lane.used += by * attempt.slots;
    this.memory.take(by * attempt.memory);
  }

  private next(): Attempt | undefined {
    for (let tried = 0; tried < this.order.length; tried++) {
      const lane = this.order[this.turn % this.order.length]!;
      const attempt = lane.used < lane.limit ? lane.peek() : undefined;
      if (attempt !== undefined && lane.used + attempt.slots <= lane.limit) {
        if (attempt.slots > this.freeSlots || !this.memory.hasRoom(attempt.memory)) return undefined;
        this.turn = (this.turn + 1) % this.order.length;
        return lane.shift();
      }
      this.turn = (this.turn + 1) % this.order.length;
    }
    return undefined;
  }
}
