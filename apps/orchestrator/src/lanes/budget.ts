import type { LaneLimits } from './lane-limits.js';

type Work = { readonly queue: string; readonly task: string };

/** What the limits still let be dispatched in one go, while it is being picked: nothing is out yet. */
export class Budget {
  private readonly left = new Map<string, number>();

  constructor(
    private readonly limits: Pick<LaneLimits, 'concerns' | 'roomOf'>,
    private readonly nowMs: number,
  ) {}

  /** How many of these would be let out; Infinity: as many as one likes. */
  room({ queue, task }: Work): number {
    if (!this.limits.concerns(queue, task)) return Infinity;
    return Math.min(this.roomOf('queue', queue), this.roomOf('task', task));
  }

  /** @returns whether one more may be dispatched; then it counts */
  take(work: Work): boolean {
    const room = this.room(work);
    if (room === Infinity) return true;
    if (room <= 0) return false;
    this.left.set(`queue ${work.queue}`, this.roomOf('queue', work.queue) - 1);
    this.left.set(`task ${work.task}`, this.roomOf('task', work.task) - 1);
    return true;
  }

  private roomOf(scope: 'queue' | 'task', name: string): number {
    const key = `${scope} ${name}`;
    let room = this.left.get(key);
    if (room === undefined) this.left.set(key, (room = this.limits.roomOf(scope, name, this.nowMs)));
    return room;
  }
}
