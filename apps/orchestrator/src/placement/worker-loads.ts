import type { WorkerAnnouncement } from '#libs/contracts';
import { slotsOf, type LoadedWorker, type Placement, type WorkerRef } from '#libs/engine';
import { stepKeyOf } from '../dispatch/work-index.js';

/** A step that this process has bound to a worker. */
interface Bound {
  readonly worker: WorkerRef;
  readonly slots: number;
  readonly memory: number;
  isBegun: boolean;
}

/** How long a worker that handed a step back gets none on the chance, ms. */
const restMs = 250;

/** Announced use of a worker that is not ours, as of its last heartbeat. */
interface Others {
  readonly slots: number;
  readonly memory: number;
}

/**
 * How full workers are: what they last announced, and what the partitions of this process have bound to them since. Other orchestrators do the
 * same without asking, so a worker may be given more than it can take; it hands that back.
 */
export class WorkerLoads {
  private readonly bound = new Map<string, Bound & { readonly owner: object }>();
  private readonly ours = new Map<string, { slots: number; memory: number; waiting: number }>();
  private readonly others = new Map<string, Others>();
  private readonly restsUntil = new Map<string, number>();
  private readonly listeners = new Set<() => void>();

  /** Called when a worker may have room again. */
  onRoom(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** @param owner whose step it is: with that its steps are forgotten */
  bind(owner: object, key: string, worker: WorkerRef, placement: Placement): void {
    this.drop(key);
    const one = { owner, worker, slots: slotsOf(placement), memory: placement.memory ?? 0, isBegun: false };
    this.bound.set(key, one);
    this.count(one, 1);
  }

  begin(key: string): void {
    const one = this.bound.get(key);
    if (one === undefined || one.isBegun) return;
    one.isBegun = true;
    this.ours.get(one.worker.id)!.waiting -= 1;
    this.tell();
  }

  /** It has ended, or was handed back. */
  release(key: string): void {
    if (this.drop(key)) this.tell();
  }

  /** The partition has ended here. */
  forget(owner: object): void {
    for (const [key, one] of this.bound) if (one.owner === owner) this.drop(key);
  }

  /** It is gone. */
  forgetWorker(id: string): void {
    this.others.delete(id);
    this.restsUntil.delete(id);
  }

  /** It has handed a step back: it is fuller than it looks. */
  rest(workerId: string, nowMs: number): void {
    this.restsUntil.set(workerId, nowMs + restMs);
  }

  hear({ id, status, held, concurrency, running, freeSlots, memory }: WorkerAnnouncement): void {
    if (status === 'stopped') return this.forgetWorker(id);
    if (held === undefined) return;
    let slots = freeSlots === undefined ? running : concurrency - freeSlots;
    let bytes = memory === undefined ? 0 : memory.total - memory.free;
    for (const { instanceId, token, startedAt } of held) {
      const one = startedAt === null ? undefined : this.bound.get(stepKeyOf(instanceId, token));
      if (one !== undefined) [slots, bytes] = [slots - one.slots, bytes - one.memory];
    }
    this.others.set(id, { slots: Math.max(0, slots), memory: Math.max(0, bytes) });
    this.tell();
  }

  of(worker: WorkerAnnouncement, nowMs: number): LoadedWorker {
    const others = this.others.get(worker.id);
    const ours = this.ours.get(worker.id);
    return {
      worker,
      slots: (others?.slots ?? 0) + (ours?.slots ?? 0),
      memory: (others?.memory ?? 0) + (ours?.memory ?? 0),
      waiting: ours?.waiting ?? 0,
      isResting: nowMs < (this.restsUntil.get(worker.id) ?? 0),
    };
  }

  private drop(key: string): boolean {
    const one = this.bound.get(key);
    if (one === undefined) return false;
    this.bound.delete(key);
    this.count(one, -1);
    return true;
  }

  private count({ worker, slots, memory, isBegun }: Bound, by: 1 | -1): void {
    const sum = this.ours.get(worker.id) ?? { slots: 0, memory: 0, waiting: 0 };
    sum.slots += by * slots;
    sum.memory += by * memory;
    if (!isBegun) sum.waiting += by;
    if (sum.slots === 0) this.ours.delete(worker.id);
    else this.ours.set(worker.id, sum);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
