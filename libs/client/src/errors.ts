import type { ApiProblemBody, ProblemItem } from '#libs/contracts';

/** The server refused or could not do it, and said why (RFC 9457). */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  /** Stable, upper snake case: `INPUT_INVALID`, `KEY_TAKEN` … */
  readonly code: string;
  /** HTTP status. */
  readonly status: number;
  readonly title: string;
  /** All faults at once, with the place of each. */
  readonly errors: readonly ProblemItem[];
  /** Names the line in the server's log. */
  readonly traceId: string;

  constructor(readonly problem: ApiProblemBody) {
    super(problem.detail || problem.title);
    this.code = problem.code;
    this.status = problem.status;
    this.title = problem.title;
    this.errors = problem.errors;
    this.traceId = problem.traceId;
  }
}

/** Nothing answered at this address: not running, wrong address, or the network between. */
export class ServerUnreachable extends Error {
  override readonly name = 'ServerUnreachable';
  readonly code = 'SERVER_UNREACHABLE';
  constructor(
    readonly url: string,
    options?: ErrorOptions,
  ) {
    super(`expected an OrquestraX server at ${url}, but nothing answered (${reasonOf(options?.cause)})`, options);
  }
}

/** Something answered, but not our API: a proxy, another server, or an answer cut off. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
  readonly code = 'UNEXPECTED_ANSWER';
  constructor(
    readonly url: string,
    readonly status: number,
    found: string,
    options?: ErrorOptions,
  ) {
    super(`expected an answer of the OrquestraX API from ${url}, but got ${found} (HTTP ${status})`, options);
  }
}

/** The instance has not ended within the time the caller was ready to wait; it goes on. */
export class WaitTimedOut extends Error {
  override readonly name = 'WaitTimedOut';
  readonly code = 'WAIT_TIMED_OUT';
  constructor(
    readonly instanceId: string,
    readonly timeoutMs: number,
  ) {
    super(`expected instance ${instanceId} to end within ${timeoutMs} ms, but it is still open`);
  }
}

/** Innermost reason of a failed fetch: `ECONNREFUSED`, `ENOTFOUND` … */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'no reason given';
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0]);
  if (cause.cause instanceof Error) return reasonOf(cause.cause);
  return (cause as NodeJS.ErrnoException).code ?? cause.message;
}
