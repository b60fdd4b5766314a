import { Injectable } from '@nestjs/common';
import type { HeldStep, WorkerAnnouncement } from '#libs/contracts';
import { unfitReason, type LoadedWorker, type Placement, type WorkerRef } from '#libs/engine';
import { WorkerLoads } from '../placement/worker-loads.js';
import { laneOf } from '../dispatch/lane-use.js';
import { stepKeyOf } from '../dispatch/work-index.js';

/** While nobody has said how often it beats, ms. */
const usualHeartbeatMs = 2_000;
/** So long after a roll call all workers have answered: who binds a step before may pass by the one that has its affinity. */
const answeredAfterMs = 500;
/** Two calls of `forget` further apart than this: the process was stopped or starved. */
const standstillMs = 3_000;

interface KnownWorker {
  announcement: WorkerAnnouncement;
  heardAt: number;
  held: Map<string, { path: string; isBegun: boolean }>;
}

/**
 * Who is there and what they hold, as `orquestra.control` tells. Monotonic times, so that a pause of ours or a jump of the clock
 * judges nobody: see `heardWithoutBreakSince`.
 */
@Injectable()
export class WorkerDirectory {
  readonly loads = new WorkerLoads();
  private readonly workers = new Map<string, KnownWorker>();
  /** Sessions whose queue was found missing; until they are heard of again. */
  private readonly unreachable = new Set<string>();
  private readonly listeners = new Set<() => void>();
  private readonly begunListeners = new Set<(begun: readonly HeldStep[]) => void>();
  private unbrokenSince: number | undefined;
  private lastLookMs = Infinity;

  /** @param missesAllowed heartbeats a worker may miss before it counts as gone */
  constructor(private readonly missesAllowed = 3) {}

  /** The control queue is being consumed from now on (or, undefined, no longer). */
  setListening(sinceMonotonicMs: number | undefined): void {
    this.unbrokenSince = sinceMonotonicMs;
  }

  /** For how long announcements have been heard without a break, ms; judging anyone lost before a full lease would be a guess. */
  listeningForMs(nowMs: number): number {
    return this.unbrokenSince === undefined ? 0 : nowMs - this.unbrokenSince;
  }

  /** Called when what workers serve may have changed. */
  onCapacityChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Called with steps that a worker has begun. */
  onBegun(listener: (begun: readonly HeldStep[]) => void): () => void {
    this.begunListeners.add(listener);
    return () => this.begunListeners.delete(listener);
  }

  hear(announcement: WorkerAnnouncement, nowMs: number): void {
    const { id, held, begun, status, session } = announcement;
    this.unreachable.delete(session);
    this.loads.hear(announcement);
    const known = this.workers.get(id);
    const before = known?.announcement;
    if (status === 'stopped') this.workers.delete(id);
    else {
      const worker: KnownWorker = known ?? { announcement, heardAt: nowMs, held: new Map() };
      worker.announcement = announcement;
      worker.heardAt = nowMs;
      if (held !== undefined)
        worker.held = new Map(
          held.map((step) => [stepKeyOf(step.instanceId, step.token), { path: step.path, isBegun: step.startedAt !== null }]),
        );
      for (const step of begun ?? []) worker.held.set(stepKeyOf(step.instanceId, step.token), { path: step.path, isBegun: true });
      this.workers.set(id, worker);
      const running = [...(begun ?? []), ...(held ?? []).filter((step) => step.startedAt !== null)];
      if (running.length > 0) for (const listener of this.begunListeners) listener(running);
    }
    if (before === undefined || status !== 'active' || !sameHandlers(before, announcement))
      for (const listener of this.listeners) listener();
  }

  /**
   * Drops workers that have been silent too long. To be called once a second: when it was not, this process has been standing still, and
   * what looks like silence of workers was deafness of ours. Everybody gets a fresh start then, and nobody is judged for a while.
   */
  forget(nowMs: number): void {
    const hasStoodStill = nowMs - this.lastLookMs > standstillMs;
    this.lastLookMs = nowMs;
    if (hasStoodStill) {
      if (this.unbrokenSince !== undefined) this.unbrokenSince = nowMs;
      for (const worker of this.workers.values()) worker.heardAt = nowMs;
    }
    for (const [id, { announcement, heardAt }] of this.workers) {
      if (nowMs - heardAt <= this.missesAllowed * announcement.heartbeatMs) continue;
      this.workers.delete(id);
      this.unreachable.delete(announcement.session);
      this.loads.forgetWorker(id);
    }
  }

  /** Of the worker that beats most rarely, and never less than the usual: before two of them nobody is missed. */
  twoHeartbeatsMs(): number {
    let heartbeatMs = usualHeartbeatMs;
    for (const { announcement } of this.workers.values()) heartbeatMs = Math.max(heartbeatMs, announcement.heartbeatMs);
    return 2 * heartbeatMs;
  }

  isAlive(workerId: string): boolean {
    return this.workers.has(workerId);
  }

  /** The worker is there, in the same session: what was bound to it may be with it. */
  isPresent({ id, session }: WorkerRef): boolean {
    return this.workers.get(id)?.announcement.session === session;
  }

  /** More than that: steps may be bound to it. */
  isPlaceable(worker: WorkerRef): boolean {
    const isActive = this.workers.get(worker.id)?.announcement.status === 'active';
    return isActive && this.isPresent(worker) && !this.unreachable.has(worker.session);
  }

  /** Workers steps may be bound to, and how full they are. */
  placeable(nowMs: number): LoadedWorker[] {
    if (this.listeningForMs(nowMs) < answeredAfterMs) return [];
    return [...this.workers.values()].flatMap(({ announcement }) =>
      this.isPlaceable(announcement) ? [this.loads.of(announcement, nowMs)] : [],
    );
  }

  /** Its queue took nothing: until it is heard of again it counts as gone. */
  foundMissing({ session }: WorkerRef): void {
    this.unreachable.add(session);
  }

  /** Is there a worker that could run such a step, were it idle? */
  couldRun(task: string, queue: string, placement: Placement): boolean {
    const all = [...this.workers.values()].map(({ announcement }) => announcement);
    return unfitReason(all, queue, task, placement) === undefined;
  }

  isServed(task: string): boolean {
    for (const { announcement } of this.workers.values()) {
      if (announcement.status === 'active' && announcement.handlers.some((handler) => handler.task === task)) return true;
    }
    return false;
  }

  /** Steps at once that live workers announce for a lane. */
  capacity(queue: string, task: string): number {
    let capacity = 0;
    for (const { announcement } of this.workers.values()) {
      if (announcement.status !== 'active') continue;
      const handler = announcement.handlers.find((one) => one.queue === queue && one.task === task);
      if (handler) capacity += Math.min(handler.concurrency, announcement.concurrency);
    }
    return capacity;
  }

  /** Lanes that somebody serves: their queues must exist. */
  servedLanes(): { queue: string; task: string }[] {
    const lanes = new Map<string, { queue: string; task: string }>();
    for (const { announcement } of this.workers.values())
      for (const { queue, task } of announcement.handlers) lanes.set(laneOf(queue, task), { queue, task });
    return [...lanes.values()];
  }

  meanMs(task: string): number | undefined {
    let sum = 0;
    let count = 0;
    for (const { announcement } of this.workers.values()) {
      const mean = announcement.meanMs[task];
      if (mean !== undefined) [sum, count] = [sum + mean, count + 1];
    }
    return count === 0 ? undefined : sum / count;
  }

  /** Any live worker that lists the token, prefetched ones included. */
  holderOf(instanceId: string, token: number): string | undefined {
    const key = stepKeyOf(instanceId, token);
    for (const [id, worker] of this.workers) if (worker.held.has(key)) return id;
    return undefined;
  }

  runningOn(instanceId: string, token: number): string | undefined {
    const key = stepKeyOf(instanceId, token);
    for (const [id, worker] of this.workers) if (worker.held.get(key)?.isBegun) return id;
    return undefined;
  }
}

const sameHandlers = (a: WorkerAnnouncement, b: WorkerAnnouncement): boolean =>
  a.status === b.status && a.concurrency === b.concurrency && JSON.stringify(a.handlers) === JSON.stringify(b.handlers);
