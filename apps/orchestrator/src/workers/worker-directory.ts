import { Injectable } from '@nestjs/common';
import type { HeldStep, WorkerAnnouncement } from '#libs/contracts';
import { laneOf, stepKeyOf } from '../dispatch/work-index.js';

/** Heartbeats a worker may miss before it counts as gone. */
const missesAllowed = 3;
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
  private readonly workers = new Map<string, KnownWorker>();
  private readonly listeners = new Set<() => void>();
  private readonly begunListeners = new Set<(begun: readonly HeldStep[]) => void>();
  private unbrokenSince: number | undefined;
  private lastLookMs = Infinity;

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
    const { id, held, begun, status } = announcement;
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
      if (nowMs - heardAt > missesAllowed * announcement.heartbeatMs) this.workers.delete(id);
    }
  }

  isAlive(workerId: string): boolean {
    return this.workers.has(workerId);
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
