import { hostname } from 'node:os';
import { defaultTenant, exchanges, type HeldStep, type WorkerAnnouncement } from '#libs/contracts';
import type { Attempt } from '../attempts/attempt.js';
import type { AttemptEnds } from '../attempts/attempt-ends.js';
import type { HeldAttempts } from '../attempts/held-attempts.js';
import type { Lanes } from '../attempts/lanes.js';
import { encodeEnvelope, type Transport } from '#libs/messaging';
import type { Clock } from './clock.js';

/** Between two announcements, ms, unless the worker's options say otherwise. */
export const usualHeartbeatMs = 2_000;
/** Steps that have been running for this long are told to everybody, once. */
const tellAfterMs = 100;
const tellEveryMs = 200;

export interface WorkerIdentity {
  readonly id: string;
  readonly version: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Tells orchestrators and gateways what this worker is, serves and holds: heartbeats, and steps that have begun. */
export class Announcer {
  status: WorkerAnnouncement['status'] = 'active';
  /** Of the present connection; nothing is announced without one. */
  session?: string;
  private readonly startedAt: number;
  /** Tasks whose mean has been told. */
  private meansTold = 0;
  private readonly ends: (() => void)[];

  constructor(
    private readonly parts: {
      readonly identity: WorkerIdentity;
      readonly transport: Transport;
      readonly held: HeldAttempts;
      readonly lanes: Lanes;
      readonly counts: AttemptEnds;
      readonly clock: Clock;
      readonly heartbeatMs: number;
      /** With every heartbeat, e.g. to adapt prefetch. */
      readonly onHeartbeat: () => void;
    },
  ) {
    const { clock, heartbeatMs } = parts;
    this.startedAt = clock.nowMs();
    this.ends = [
      clock.every(heartbeatMs, () => {
        parts.onHeartbeat();
        void this.announce();
      }),
      clock.every(tellEveryMs, () => this.tellNews()),
    ];
  }

  /** One heartbeat, now. Resolves when it is confirmed or has failed: the next one comes anyway. */
  async announce(): Promise<void> {
    await this.publish({ held: this.parts.held.list() });
  }

  stop(): void {
    for (const end of this.ends) end();
  }

  /** Steps that have begun; and means of tasks that had none: until owners know them, commands travel one by one. */
  private tellNews(): void {
    const begun = this.takeBegun();
    if (begun.length > 0 || this.knownMeans().length > this.meansTold) void this.publish({ begun });
  }

  private takeBegun(): HeldStep[] {
    const before = this.parts.clock.elapsedMs() - tellAfterMs;
    const begun: Attempt[] = [];
    for (const attempt of this.parts.held.all()) {
      if (attempt.phase === 'running' && !attempt.isTold && attempt.begunAtMs <= before) begun.push(attempt);
    }
    for (const attempt of begun) attempt.isTold = true;
    return begun.map((attempt) => attempt.toHeldStep());
  }

  private knownMeans(): [task: string, meanMs: number][] {
    return this.parts.lanes.all.flatMap(({ handler, meanMs }) => (meanMs === undefined ? [] : [[handler.task, meanMs]]));
  }

  private async publish(rest: Pick<WorkerAnnouncement, 'held' | 'begun'>): Promise<void> {
    if (this.session === undefined) return;
    const means = this.knownMeans();
    this.meansTold = means.length;
    const content = encodeEnvelope({ ...this.profile(this.session), meanMs: Object.fromEntries(means), ...rest });
    await this.parts.transport
      .publish([{ exchange: exchanges.control, routingKey: '', persistent: false, type: 'worker', content }])
      .catch(() => undefined); // closed
  }

  private profile(session: string): Omit<WorkerAnnouncement, 'meanMs'> {
    const { identity, lanes, counts, heartbeatMs } = this.parts;
    return {
      v: 1,
      tenant: defaultTenant,
      kind: 'worker',
      ...identity,
      session,
      host: hostname(),
      pid: process.pid,
      status: this.status,
      handlers: lanes.all.map(({ handler: { queue, task }, limit }) => ({ queue, task, concurrency: limit })),
      concurrency: lanes.capacity,
      running: lanes.running,
      freeSlots: lanes.freeSlots,
      memory: { total: lanes.memory.total, free: lanes.memory.free },
      startedAt: this.startedAt,
      heartbeatMs,
      finished: counts.finished,
    };
  }
}
