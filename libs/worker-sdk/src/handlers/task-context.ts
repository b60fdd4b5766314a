import type { Logger } from 'pino';
import type { Json } from '#libs/engine';
import type { Attempt } from '../attempts/attempt.js';
import { TaskFailure } from './task-failure.js';

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
  readonly traceparent?: string;
  /** Aborted with an `AttemptAborted` (its `reason`: cancelled, timeout or shutdown). */
  readonly signal: AbortSignal;
  /** Carries instance, path and attempt. */
  readonly log: Logger;
  /** Ends the attempt with a failure that no retry mends. @param details JSON shown with it */
  fail(code: string, message?: string, details?: Json): never;
  /** Ends the attempt with a failure; the retry policy of the step decides about another one. */
  retryableFailure(code: string, message?: string, details?: Json): never;
}

/** The context over a held attempt; signal and logger come to be when first asked for. */
export class AttemptContext implements TaskContext {
  private child?: Logger;
  constructor(
    private readonly held: Attempt,
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
  get traceparent(): string | undefined {
    return this.held.command.traceparent;
  }
  get signal(): AbortSignal {
    return this.held.signal;
  }
  get log(): Logger {
    return (this.child ??= this.logger.child({ instanceId: this.instanceId, path: this.path, attempt: this.attempt }));
  }

  fail(code: string, message?: string, details?: Json): never {
    throw new TaskFailure(code, message, details, false);
  }

  retryableFailure(code: string, message?: string, details?: Json): never {
    throw new TaskFailure(code, message, details, true);
  }
}
