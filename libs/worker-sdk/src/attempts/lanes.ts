import { stepKey } from '#libs/contracts';
import type { RegisteredTask } from '../handlers/task-registry.js';
import type { Attempt } from './attempt.js';
import { Lane } from './lane.js';

/** Gives slots to waiting attempts: as many at once as the worker may run, each task within its own limit, tasks in turn. */
export class Lanes {
  /** Called with each attempt that gets a slot; set by whoever runs them. */
  onTurn: (attempt: Attempt) => void = () => undefined;
  private readonly byKey = new Map<string, Lane>();
  private readonly order: Lane[] = [];
  private turn = 0;
  private taken = 0;
  private isOpen = true;
  private readonly idleWaiters: (() => void)[] = [];

  constructor(
    handlers: readonly RegisteredTask[],
    /** Attempts at once in all. */
    readonly capacity: number,
  ) {
    for (const handler of handlers) {
      const lane = new Lane(handler, Math.min(handler.concurrency ?? capacity, capacity));
      this.byKey.set(stepKey(handler.queue, handler.task), lane);
      this.order.push(lane);
    }
  }

  get all(): readonly Lane[] {
    return this.order;
  }

  /** Slots in use. */
  get running(): number {
    return this.taken;
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
    this.taken -= 1;
    attempt.lane.running -= 1;
    this.pump();
    if (this.taken === 0) for (const resolve of this.idleWaiters.splice(0)) resolve();
  }

  /** Resolves when no slot is in use. */
  idle(): Promise<void> {
    if (this.taken === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  /** Begins waiting attempts while there are slots. */
  pump(): void {
    while (this.isOpen && this.taken < this.capacity) {
      const attempt = this.next();
      if (attempt === undefined) return;
      this.taken += 1;
      attempt.lane.running += 1;
      this.onTurn(attempt);
    }
  }

  private next(): Attempt | undefined {
    for (let tried = 0; tried < this.order.length; tried++) {
      const lane = this.order[this.turn % this.order.length]!;
      this.turn = (this.turn + 1) % this.order.length;
      if (!lane.hasBacklog || lane.running >= lane.limit) continue;
      const attempt = lane.shift();
      if (attempt !== undefined) return attempt;
    }
    return undefined;
  }
}
