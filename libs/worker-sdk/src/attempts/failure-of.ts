import { type Failure, INJECTED_FAILURE, type Json, storable } from '#libs/engine';
import { type AbortReason, AttemptAborted, InjectedFailure, TaskFailure } from '../handlers/task-failure.js';

const maxCode = 200;
const maxMessage = 8_192;
const maxDetailsBytes = 64 * 1024;
/** Of attempts that were lost, which are free: none of the step's is used up. Only the worker says so, never a handler. */
const codesOfLost: ReadonlySet<string> = new Set([INJECTED_FAILURE, 'WORKER_LOST', 'HEARTBEAT_LOST']);

/** A failure that can be stored and shown: code and message bounded, details JSON of at most 64 KiB. */
export function failure(code: string, message: string, retryable: boolean, details?: unknown): Failure {
  const shown = textOf(code).slice(0, maxCode);
  return {
    code: shown === '' ? 'TASK_FAILED' : shown,
    message: textOf(message).slice(0, maxMessage),
    ...(details !== undefined && { details: boundedDetails(details) }),
    retryable: Boolean(retryable), // handlers need not be TypeScript
  };
}

/**
 * What a handler threw, as a failure. `TaskFailure` says itself whether it is retryable; anything else is, under its own `code` if it has one.
 * @param thrown may be anything: `null`, and what throws when it is looked at
 */
export function failureOf(thrown: unknown, abortedFor?: AbortReason): Failure {
  try {
    return unforged(thrown, abortedFor);
  } catch {
    return failure('TASK_FAILED', 'the handler threw what cannot be read', true);
  }
}

function unforged(thrown: unknown, abortedFor?: AbortReason): Failure {
  const said = failureSaid(thrown, abortedFor);
  const isForged = codesOfLost.has(said.code) && !(thrown instanceof InjectedFailure);
  return isForged ? { ...said, code: 'TASK_FAILED' } : said;
}

function failureSaid(thrown: unknown, abortedFor?: AbortReason): Failure {
  if (thrown instanceof TaskFailure) return failure(thrown.code, thrown.message, thrown.retryable, thrown.details);
  if (abortedFor === 'shutdown' || (abortedFor !== undefined && isAbort(thrown))) return abortedFailure(abortedFor);
  if (typeof thrown !== 'object' || thrown === null)
    return failure(
      'TASK_FAILED',
      `the handler threw ${thrown === null ? 'null' : `a ${typeof thrown}: ${textOf(thrown)}`}`,
      true,
    );
  const { code, message } = thrown as { code?: unknown; message?: unknown };
  return failure(
    typeof code === 'string' ? code : 'TASK_FAILED',
    typeof message === 'string' && message !== '' ? message : nameOf(thrown),
    true,
  );
}

const abortedFailure = (reason: AbortReason): Failure => {
  const { code, message } = new AttemptAborted(reason);
  return failure(code, message, reason !== 'cancelled');
};

const isAbort = (thrown: unknown): boolean =>
  thrown instanceof AttemptAborted || (thrown as { name?: unknown } | null | undefined)?.name === 'AbortError';

const nameOf = (thrown: object): string => `the handler threw ${thrown.constructor?.name ?? 'an object'} without a message`;

/** Of handlers comes what is no text as well, and what cannot be turned into one. */
function textOf(value: unknown): string {
  try {
    return storable(String(value)).value as string;
  } catch {
    return `what is no text (${typeof value})`;
  }
}

/** Details as JSON of at most 64 KiB. */
export function boundedDetails(details: unknown): Json {
  try {
    const { value } = storable(details);
    const bytes = Buffer.byteLength(JSON.stringify(value));
    return bytes <= maxDetailsBytes ? value : { omitted: `details of ${bytes} bytes; at most ${maxDetailsBytes} are kept` };
  } catch (error) {
    return { omitted: `details that are no JSON: ${textOf(error)}` };
  }
}
