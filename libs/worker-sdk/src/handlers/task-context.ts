import type { Logger } from 'pino';
import type { Json } from '#libs/engine';
import type { LogLevel } from '#libs/contracts';
import type { Attempt } from '../attempts/attempt.js';
import { logArguments } from '../attempts/attempt-report.js';
import type { Progress } from '../attempts/progress.js';
import { TaskFailure } from './task-failure.js';

/** Writes a log line of the step. `fields` stand behind the text as JSON; the level is `info` unless said. */
export interface StepLog {
  (text: string, fields?: unknown): void;
  (level: LogLevel, text: string, fields?: unknown): void;
}

/** What a handler knows about the attempt it runs; its second argument. */
export interface TaskContext {
  readonly instanceId: string;
  /** The step inside the instance, e.g. `ship/3/pack`. */
  readonly path: string;
  /** From 1; higher after a retry. */
  readonly attempt: number;
  /** From 1; higher when the same attempt was sent again because its outcome did not arrive. */
  readonly delivery: number;
  /** The same over all attempts and deliveries of the step: hand it to whatever must not happen twice. */
  readonly idempotencyKey: string;
  readonly task: string;
  readonly queue: string;
  readonly definition: string;
  readonly version: string;
  /** Milliseconds this attempt may take. */
  readonly timeoutMs: number;
  /** When no heartbeat comes for so long, ms, the attempt is given up; absent: the step asks for none. */
  readonly heartbeatMs?: number;
  readonly traceparent?: string;
  /** What the attempt before told with its last heartbeat: where to go on. */
  readonly lastProgress?: Json;
  /** In a `lock`: a number higher than that of every holder before. Hand it to what the lock protects, which can then refuse who is late. */
  readonly fence?: number;
  /** It was granted to this worker alone: no other runs this attempt, and if it is lost, perhaps none ever will. */
  readonly isClaimed: boolean;
  /** Aborted with an `AttemptAborted` (its `reason`: cancelled, timeout or shutdown). */
  readonly signal: AbortSignal;
  /** Lines of the step, shown with it; at most 64 KiB of an attempt are kept. Not part of the audit log. */
  readonly log: StepLog;
  /**
   * Says that it is still at work. A step with `heartbeat` is given up as `HEARTBEAT_LOST` when that long passes without.
   * @param details how far it is (JSON of at most 64 KiB); the next attempt gets the latest as `lastProgress`. Sent once a second at most.
   */
  heartbeat(details?: unknown): void;
  /** Ends the attempt with a failure that no retry mends. @param details JSON shown with it */
  fail(code: string, message?: string, details?: Json): never;
  /** Ends the attempt with a failure; the retry policy of the step decides about another one. */
  retryableFailure(code: string, message?: string, details?: Json): never;
}

/** The context over a held attempt; its signal comes to be when first asked for. */
export class AttemptContext implements TaskContext {
  constructor(
    private readonly held: Attempt,
    private readonly progress: Progress,
    private readonly logger: Logger,
  ) {}

  get instanceId(): string {
    return this.held.command.instanceId;
  }
  get path(): string {
    return this.held.command.path;
  }
  get attempt(): number {
    return this.held.command.attempt;
  }
  get delivery(): number {
    return this.held.command.delivery;
  }
  get idempotencyKey(): string {
    return this.held.command.idempotencyKey;
  }
  get task(): string {
    return this.held.command.task;
  }
  get queue(): string {
    return this.held.command.queue;
  }
  get definition(): string {
    return this.held.command.definition;
  }
  get version(): string {
    return this.held.command.version;
  }
  get timeoutMs(): number {
    return this.held.command.timeoutMs;
  }
  get heartbeatMs(): number | undefined {
    return this.held.command.heartbeatMs;
  }
  get traceparent(): string | undefined {
    return this.held.command.traceparent;
  }
  get signal(): AbortSignal {
    return this.held.signal;
  }
  get lastProgress(): Json | undefined {
    return this.held.command.lastProgress;
  }
  get fence(): number | undefined {
    return this.held.command.fence;
  }

  get isClaimed(): boolean {
    return this.held.command.claimed;
  }

  /** A property, so that handlers may take it out of the context. */
  readonly log: StepLog = (...args: readonly unknown[]): void => {
    if (this.held.phase !== 'running') return; // it was given up
    const { level, text } = logArguments(args);
    this.progress.log(this.held, level, text);
    const { instanceId, path, attempt } = this;
    this.logger.debug({ instanceId, path, attempt, level }, text);
  };

  readonly heartbeat = (details?: unknown): void => {
    if (this.held.phase === 'running') this.progress.beat(this.held, details);
  };

  fail(code: string, message?: string, details?: Json): never {
    throw new TaskFailure(code, message, details, false);
  }

  retryableFailure(code: string, message?: string, details?: Json): never {
    throw new TaskFailure(code, message, details, true);
  }
}
