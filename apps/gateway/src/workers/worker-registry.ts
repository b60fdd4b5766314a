import type { HeldStep, RunningStep, Worker, WorkerAnnouncement } from '#libs/contracts';
import { toIso, toIsoOrNull } from '../http/times.js';

/** How long a worker that is lost or stopped stays in the list, ms. */
const keptMs = 600_000;
/** Steps shown of one worker. */
const shownSteps = 100;

interface Entry {
  announcement: WorkerAnnouncement;
  lastSeenAt: number;
  /** By instance, then by token. */
  held: Map<string, Map<number, HeldStep>>;
}

export interface RegistryChange {
  /** Ids of workers whose row changed. */
  readonly workers: readonly string[];
  /** Instances whose running steps changed. */
  readonly instances: ReadonlySet<string>;
}

/**
 * What this gateway has heard of workers on `orquestra.control`. Knows nothing of messages lost before it started: a heartbeat
 * (2 s) tells everything again. Pure but for its state: the clock is handed in.
 */
export class WorkerRegistry {
  private readonly entries = new Map<string, Entry>();

  /** @param missesAllowed heartbeats a worker may miss before it counts as lost */
  constructor(private readonly missesAllowed = 3) {}

  /** @param nowMs epoch ms, any clock that goes on */
  hear(announcement: WorkerAnnouncement, nowMs: number): RegistryChange {
    const before = this.entries.get(announcement.id);
    const isNewSession = before?.announcement.session !== announcement.session;
    const entry: Entry = { announcement, lastSeenAt: nowMs, held: isNewSession || !before ? new Map() : before.held };
    this.entries.set(announcement.id, entry);
    const instances = new Set<string>(isNewSession ? before?.held.keys() : []);
    if (announcement.held) {
      for (const id of entry.held.keys()) instances.add(id);
      entry.held = indexed(announcement.held);
      for (const id of entry.held.keys()) instances.add(id);
    }
    for (const step of announcement.begun ?? []) {
      addTo(entry.held, step);
      instances.add(step.instanceId);
    }
    return { workers: [announcement.id], instances };
  }

  /** Forgets who has been away for long. @returns ids of those forgotten */
  prune(nowMs: number): string[] {
    const gone = [...this.entries]
      .filter(([, entry]) => !this.isLive(entry, nowMs) && nowMs - entry.lastSeenAt > keptMs)
      .map(([id]) => id);
    for (const id of gone) this.entries.delete(id);
    return gone;
  }

  list(nowMs: number): Worker[] {
    return [...this.entries.values()]
      .map((entry) => present(entry, this.isSilent(entry, nowMs)))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  find(id: string, nowMs: number): Worker | undefined {
    const entry = this.entries.get(id);
    return entry && present(entry, this.isSilent(entry, nowMs));
  }

  liveCount(nowMs: number): number {
    return this.live(nowMs).length;
  }

  /** Does a live worker serve this task (on this queue, when given)? */
  isServed(task: string, nowMs: number, queue?: string): boolean {
    return this.live(nowMs).some(({ announcement }) =>
      announcement.handlers.some((handler) => handler.task === task && (queue === undefined || handler.queue === queue)),
    );
  }

  /** Tasks that live workers serve. */
  servedTasks(nowMs: number): Set<string> {
    return new Set(this.live(nowMs).flatMap(({ announcement }) => announcement.handlers.map(({ task }) => task)));
  }

  /** Steps of one instance that a live worker has begun, by token. */
  running(instanceId: string, nowMs: number): Map<number, RunningStep> {
    const found = new Map<number, RunningStep>();
    for (const { announcement, held } of this.live(nowMs)) {
      for (const { token, path, startedAt } of held.get(instanceId)?.values() ?? []) {
        if (startedAt !== null) found.set(token, { path, token, worker: announcement.id, startedAt: toIso(startedAt) });
      }
    }
    return found;
  }

  /** Live workers with everything they said, for sums over queues and tasks. */
  announcements(nowMs: number): WorkerAnnouncement[] {
    return this.live(nowMs).map(({ announcement }) => announcement);
  }

  private live(nowMs: number): Entry[] {
    return [...this.entries.values()].filter((entry) => this.isLive(entry, nowMs));
  }

  private isLive(entry: Entry, nowMs: number): boolean {
    return entry.announcement.status !== 'stopped' && !this.isSilent(entry, nowMs);
  }

  private isSilent({ announcement, lastSeenAt }: Entry, nowMs: number): boolean {
    return nowMs - lastSeenAt > this.missesAllowed * announcement.heartbeatMs;
  }
}

function indexed(steps: readonly HeldStep[]): Entry['held'] {
  const held: Entry['held'] = new Map();
  for (const step of steps) addTo(held, step);
  return held;
}

function addTo(held: Entry['held'], step: HeldStep): void {
  const known = held.get(step.instanceId);
  if (known) known.set(step.token, step);
  else held.set(step.instanceId, new Map([[step.token, step]]));
}

function present(entry: Entry, isSilent: boolean): Worker {
  const { announcement, lastSeenAt, held } = entry;
  const { id, host, pid, version, labels, handlers, concurrency, running, finished, meanMs, startedAt, heartbeatMs } =
    announcement;
  const { freeSlots = Math.max(0, concurrency - running), memory = null } = announcement;
  const steps = [...held.values()].flatMap((byToken) => [...byToken.values()]);
  const isStopped = announcement.status === 'stopped';
  return {
    id,
    host,
    pid,
    version,
    status: !isStopped && isSilent ? 'lost' : announcement.status,
    labels,
    handlers,
    concurrency,
    running,
    freeSlots,
    memory,
    finished,
    meanMs,
    startedAt: toIso(startedAt),
    lastSeenAt: toIso(lastSeenAt),
    heartbeatMs,
    steps: steps.slice(0, shownSteps).map((step) => ({
      instanceId: step.instanceId,
      path: step.path,
      token: step.token,
      startedAt: toIsoOrNull(step.startedAt),
    })),
    held: steps.length,
  };
}
