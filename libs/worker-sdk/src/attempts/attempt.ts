import type { HeldStep, StepCommand } from '#libs/contracts';
import { type AbortReason, AttemptAborted } from '../handlers/task-failure.js';
import type { HeldEnvelope } from '../intake/held-envelope.js';
import type { AttemptReport } from './attempt-report.js';
import type { Lane } from './lane.js';

/**
 * - `waiting`: prefetched, no slot yet
 * - `claiming`: has a slot, asked the owner, not answered
 * - `running`: in the handler
 * - `answering`: its outcome is on the way to the owner
 * - `returning`: handed back unrun, not confirmed yet
 * - `gone`: nothing is owed for it any more
 */
export type AttemptPhase = 'waiting' | 'claiming' | 'running' | 'answering' | 'returning' | 'gone';

export const attemptKey = (of: { readonly instanceId: string; readonly token: number }): string => `${of.instanceId}:${of.token}`;

/** One step command this worker holds, from its arrival until its outcome is confirmed. */
export class Attempt {
  phase: AttemptPhase = 'waiting';
  readonly key: string;
  /** Epoch ms of this machine: the database's clock is not known here, so the owner shows it and decides nothing by it. */
  startedAt: number | null = null;
  /** Monotonic ms at which the handler began. */
  begunAtMs = 0;
  /** Told to everybody as begun. */
  isTold = false;
  abortedFor?: AbortReason;
  /** Calls off the time-out. */
  callOff?: () => void;
  /** Calls off the watch over its heartbeats. */
  callOffWatch?: () => void;
  /** What its handler has told of itself; comes to be when it first does. */
  report?: AttemptReport;
  private controller?: AbortController;
  private owed: HeldEnvelope[];

  constructor(
    readonly command: StepCommand,
    readonly lane: Lane,
    readonly envelope: HeldEnvelope,
  ) {
    this.key = attemptKey(command);
    this.owed = [envelope];
  }

  /** Slots it takes, and bytes of memory. */
  get slots(): number {
    return this.command.slots ?? 1;
  }

  get memory(): number {
    return this.command.memory ?? 0;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.abortedFor !== undefined) this.controller.abort(new AttemptAborted(this.abortedFor));
    }
    return this.controller.signal;
  }

  /** Tells the handler to stop; the first reason counts. */
  abort(reason: AbortReason): void {
    if (this.abortedFor !== undefined) return;
    this.abortedFor = reason;
    this.controller?.abort(new AttemptAborted(reason));
  }

  /** Another delivery of the same command: it stays unacknowledged as long as this attempt. */
  join(envelope: HeldEnvelope): void {
    this.owed.push(envelope);
  }

  /** Its part of every delivery it came with is done. */
  settle(): void {
    for (const envelope of this.owed) envelope.settleOne();
    this.owed = [];
  }

  toHeldStep(): HeldStep {
    const { instanceId, path, token, partition } = this.command;
    return { instanceId, path, token, partition, startedAt: this.startedAt };
  }
}
