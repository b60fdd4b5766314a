import { monoMs } from '../ledger/ledger-record.js';

/** What a client knows of a call: it did it, it did not, or nobody knows (no answer, or one that was cut off). */
export type Knowledge = 'ok' | 'fail' | 'info';

/** One call, from its invocation to its answer. */
export interface Call {
  readonly kind: 'start' | 'event' | 'act';
  /** The operation it belongs to: repeats of a call belong to the same, and have the same idempotency key. */
  readonly op: string;
  /** Differs between calls of one operation that ask for something else. */
  readonly body: string;
  readonly invokedAtMs: number;
  answeredAtMs?: number;
  knowledge?: Knowledge;
  status?: number;
  /** Answered 429 or 503 with `Retry-After`. */
  hasRetryAfter?: boolean;
  /** What was started, as answered. */
  instance?: string;
  /** Code of the problem, or what went wrong with the connection. */
  reason?: string;
}

/** Every call of every client of a run: the judge of what was promised. */
export class History {
  readonly calls: Call[] = [];

  invoke(kind: Call['kind'], op: string, body: string): Call {
    const call: Call = { kind, op, body, invokedAtMs: monoMs() };
    this.calls.push(call);
    return call;
  }

  /** Operations of a kind that were acknowledged at least once. */
  acknowledged(kind: Call['kind']): Set<string> {
    return new Set(this.calls.filter((call) => call.kind === kind && call.knowledge === 'ok').map(({ op }) => op));
  }

  operations(kind: Call['kind']): Set<string> {
    return new Set(this.calls.filter((call) => call.kind === kind).map(({ op }) => op));
  }
}
