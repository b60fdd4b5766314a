import { IntrinsicException } from '@nestjs/common';
import { INJECTED_FAILURE, type Json } from '#libs/engine';

/**
 * Thrown by a handler to say how its attempt failed. Nest's `IntrinsicException`, because a failure that was foreseen is
 * no error to log.
 */
export class TaskFailure extends IntrinsicException {
  constructor(
    /** Stable, e.g. `CARD_DECLINED`; definitions match on it. At most 200 characters. Codes of lost attempts become `TASK_FAILED`. */
    readonly code: string,
    message: string = code,
    readonly details?: Json,
    /** Whether the retry policy of the step is asked. */
    readonly retryable: boolean = false,
  ) {
    super(message);
    this.name = 'TaskFailure';
  }
}

/** Chaos mode has failed this attempt; none of the step's attempts is used up by it. */
export class InjectedFailure extends TaskFailure {
  constructor(message: string) {
    super(INJECTED_FAILURE, message, undefined, true);
  }
}

export type AbortReason = 'cancelled' | 'timeout' | 'shutdown';

const words: Record<AbortReason, string> = {
  cancelled: 'the step was cancelled',
  timeout: 'the attempt ran out of time',
  shutdown: 'the worker is shutting down',
};

/** The `reason` of a handler's abort signal, and what its `throwIfAborted()` throws. */
export class AttemptAborted extends IntrinsicException {
  readonly code: string;
  constructor(readonly reason: AbortReason) {
    super(`expected to run to its end, but ${words[reason]}`);
    this.name = 'AttemptAborted';
    this.code = reason === 'timeout' ? 'TIMED_OUT' : reason === 'cancelled' ? 'CANCELLED' : 'SHUTDOWN';
  }
}
