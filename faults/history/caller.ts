import { Agent, request } from 'undici';
import { monoMs } from '../ledger/ledger-record.js';
import type { Call, History, Knowledge } from './history.js';

export interface Answer {
  readonly knowledge: Knowledge;
  readonly status?: number;
  readonly body?: Record<string, unknown>;
  readonly retryAfterMs?: number;
}

interface Post {
  readonly kind: Call['kind'];
  readonly op: string;
  readonly origin: string;
  readonly path: string;
  readonly body: unknown;
  readonly idempotencyKey: string;
}

/** After this nobody waits for an answer any more. */
const patienceMs = 30_000;

/** A client that writes down every call and repeats nothing by itself. */
export class Caller implements AsyncDisposable {
  private readonly agent = new Agent({ connections: 128, keepAliveTimeout: 5_000 });

  constructor(readonly history: History) {}

  async post({ kind, op, origin, path, body, idempotencyKey }: Post): Promise<Answer> {
    const text = JSON.stringify(body);
    const call = this.history.invoke(kind, op, text);
    const answer = await this.ask(`${origin}/api/v1${path}`, text, idempotencyKey);
    const { knowledge, status, retryAfterMs } = answer;
    const started = kind === 'start' ? (answer.body?.['id'] as string | undefined) : undefined;
    const reason = answer.body?.['code'] ?? answer.reason;
    Object.assign(call, {
      answeredAtMs: monoMs(),
      knowledge,
      status,
      hasRetryAfter: retryAfterMs !== undefined,
      instance: started,
      reason,
    });
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent.destroy();
  }

  private async ask(url: string, body: string, idempotencyKey: string): Promise<Answer & { readonly reason?: string }> {
    try {
      const response = await request(url, {
        method: 'POST',
        dispatcher: this.agent,
        headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
        body,
        signal: AbortSignal.timeout(patienceMs),
      });
      const text = await response.body.text();
      const { statusCode: status } = response;
      const after = response.headers['retry-after'];
      const retryAfterMs = typeof after === 'string' ? Number(after) * 1_000 : undefined;
      return { knowledge: knowledgeOf(status), status, body: parse(text), retryAfterMs };
    } catch (error) {
      const { name, code } = error as NodeJS.ErrnoException;
      return { knowledge: code === 'ECONNREFUSED' ? 'fail' : 'info', reason: code ?? name };
    }
  }
}

/** A gateway that could not ask the database in time does not know either: 503 and 504 are repeated with the same key. */
function knowledgeOf(status: number): Knowledge {
  if (status < 300) return 'ok';
  return status < 500 ? 'fail' : 'info';
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
