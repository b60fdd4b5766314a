import { type ApiProblemBody, type ProblemCode, type ProblemItem, problemKinds, problemTypeBase } from '#libs/contracts';

export interface ProblemExtras {
  readonly errors?: readonly ProblemItem[];
  /** Response headers: `Retry-After`, `Allow`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A refusal told to the caller as an RFC 9457 problem. `message` is its `detail`. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly errors: readonly ProblemItem[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: ProblemCode,
    detail: string,
    { errors = [], headers = {}, cause }: ProblemExtras = {},
  ) {
    super(detail, { cause });
    this.status = problemKinds[code][0];
    this.errors = errors;
    this.headers = headers;
  }

  /** @param instance the path that was asked, or nothing outside of HTTP */
  body(traceId: string, instance?: string): ApiProblemBody {
    return {
      type: problemTypeBase + this.code,
      title: problemKinds[this.code][1],
      status: this.status,
      detail: this.message,
      ...(instance !== undefined && { instance }),
      code: this.code,
      traceId,
      errors: [...this.errors],
    };
  }
}

/** Of a problem that the same request may not have a moment later. */
export const tryAgain = (code: ProblemCode, message: string, afterS: number): Required<Omit<ProblemExtras, 'cause'>> => ({
  errors: [fault(code, '', message, `try again after ${afterS} s with the same Idempotency-Key`)],
  headers: { 'retry-after': String(afterS) },
});

/** One entry of `errors`. */
export const fault = (code: string, path: string, message: string, hint?: string): ProblemItem => ({
  severity: 'error',
  code,
  path,
  message,
  ...(hint !== undefined && { hint }),
});
