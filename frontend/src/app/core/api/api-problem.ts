import type { ApiProblemBody, ProblemItem } from '@contracts/rest/common';

/** A refusal of the API (RFC 9457), or that it could not be reached (`status` 0, code `UNREACHABLE`). */
export class ApiProblem extends Error {
  readonly code: string;
  /** HTTP status; 0: no answer. */
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly traceId: string | undefined;
  readonly errors: readonly ProblemItem[];

  constructor(body: Partial<ApiProblemBody>, status: number) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = body.code ?? `HTTP_${status}`;
    this.title = body.title ?? $localize`The server answered ${status}:status:`;
    this.detail = body.detail ?? '';
    this.traceId = body.traceId;
    this.errors = body.errors ?? [];
  }

  static unreachable(): ApiProblem {
    const title = $localize`The server cannot be reached`;
    const detail = $localize`No answer from the gateway. Check that it is running; what you see may be out of date.`;
    return new ApiProblem({ title, detail, code: 'UNREACHABLE' }, 0);
  }

  /** What one would paste into a report. */
  toText(): string {
    const { code, status, title, detail, traceId, errors } = this;
    return JSON.stringify({ code, status, title, detail, traceId, errors }, null, 2);
  }
}

/** Anything thrown, as a problem that can be shown. */
export function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  const cause = error instanceof Error && error.cause instanceof ApiProblem ? error.cause : undefined;
  if (cause) return cause;
  const detail = error instanceof Error ? error.message : String(error);
  return new ApiProblem({ title: $localize`The console met an error`, detail, code: 'CONSOLE_ERROR' }, 0);
}
