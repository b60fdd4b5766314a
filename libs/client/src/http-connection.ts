import { setTimeout as delay } from 'node:timers/promises';
import type { ApiProblemBody } from '#libs/contracts';
import { backoffMs, retryAfterMs } from './backoff.js';
import { ApiProblem, ServerUnreachable, UnexpectedAnswer } from './errors.js';

export interface HttpOptions {
  /** `http://localhost:3000`; a path before `/api/v1` is kept. */
  readonly baseUrl: string;
  /** How often a call that is safe to repeat is tried again after a lost connection, 429 or 503, as `Retry-After` says; default 4. */
  readonly retries?: number;
  /** One try, from sending to the last byte; default 30 s. Calls that wait on the server add their wait to it. */
  readonly timeoutMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: typeof fetch;
}

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Under `/api/v1`, beginning with `/`. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON, or as it is when it is a string with a `contentType`. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** May be sent again: a GET, or anything with an `Idempotency-Key`. */
  readonly isRepeatable: boolean;
  /** How long the server may hold the answer back on purpose. */
  readonly heldMs?: number;
  readonly signal?: AbortSignal;
}

/** Answers that say "not now": the same call may do in a moment. */
const passing = new Set([502, 503, 504]);

/** One server, one call at a time: sends, reads, tries again where that is safe, and turns every failure into a typed error. */
export class HttpConnection {
  readonly baseUrl: string;
  private readonly retries: number;
  private readonly timeoutMs: number;
  private readonly fetch: typeof fetch;

  constructor(private readonly options: HttpOptions) {
    this.baseUrl = options.baseUrl.replace(/\/+$/, '');
    this.retries = options.retries ?? 4;
    this.timeoutMs = options.timeoutMs ?? 30_000;
    this.fetch = options.fetch ?? fetch;
  }

  /** @throws ApiProblem, ServerUnreachable, UnexpectedAnswer, or the signal's reason */
  async call<T>(call: Call): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      const outcome = await this.once<T>(call);
      if ('value' in outcome) return outcome.value;
      const mayRepeat = call.isRepeatable && outcome.isPassing && tries <= this.retries && outcome.afterMs !== Infinity;
      if (!mayRepeat) throw outcome.error;
      await delay(outcome.afterMs ?? backoffMs(tries, Math.random()), undefined, { signal: call.signal });
    }
  }

  private async once<T>(call: Call): Promise<{ value: T } | { error: Error; isPassing: boolean; afterMs?: number }> {
    const url = this.urlOf(call);
    let response: Response;
    let text: string;
    try {
      response = await this.fetch(url, this.requestOf(call));
      text = await response.text();
    } catch (error) {
      call.signal?.throwIfAborted();
      return { error: new ServerUnreachable(this.baseUrl, { cause: error }), isPassing: true };
    }
    const body = parse(text);
    if (response.ok && body !== undefined) return { value: body as T };
    const { status } = response;
    if (response.ok || !isProblem(body))
      return { error: new UnexpectedAnswer(url, status, describe(text)), isPassing: passing.has(status) };
    const isPassing = passing.has(status) || status === 429 || body.code === 'IDEMPOTENCY_KEY_IN_USE';
    return {
      error: new ApiProblem(body),
      isPassing,
      afterMs: retryAfterMs(response.headers.get('retry-after'), Date.now(), Math.random()),
    };
  }

  private requestOf(call: Call): RequestInit {
    const limit = AbortSignal.timeout(this.timeoutMs + (call.heldMs ?? 0));
    const isText = typeof call.body === 'string' && call.contentType !== undefined;
    return {
      method: call.method,
      headers: {
        accept: 'application/json',
        ...(call.body !== undefined && { 'content-type': call.contentType ?? 'application/json' }),
        ...this.options.headers,
        ...call.headers,
      },
      ...(call.body !== undefined && { body: isText ? (call.body as string) : JSON.stringify(call.body) }),
      signal: call.signal ? AbortSignal.any([call.signal, limit]) : limit,
    };
  }

  private urlOf({ path, query = {} }: Call): string {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
      search.set(name, Array.isArray(value) ? value.join(',') : String(value));
    }
    return `${this.baseUrl}/api/v1${path}${search.size > 0 ? `?${search}` : ''}`;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isProblem(body: unknown): body is ApiProblemBody {
  const problem = body as Partial<ApiProblemBody> | null | undefined;
  return typeof problem === 'object' && problem !== null && typeof problem.code === 'string' && Array.isArray(problem.errors);
}

const describe = (text: string): string => (text.trim() === '' ? 'an empty answer' : `"${text.trim().slice(0, 80)}"`);
