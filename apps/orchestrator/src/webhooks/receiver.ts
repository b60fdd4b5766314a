import type { Readable } from 'node:stream';
import { type Agent, request } from 'undici';
import { checkedAddresses, type EgressPolicy, pinnedAgent } from '#libs/platform';
import type { Attempted } from './judge-delivery.js';
import type { WebhookRequest } from './webhook-request.js';

/** For the whole of one attempt. */
const attemptMs = 15_000;
/** A name is resolved, and its addresses are checked, this often. */
const resolvedForMs = 30_000;
/** Bytes of an answer that are read, and shown of one that is no success. */
const readAtMost = 16 * 1024;
const shownAtMost = 200;

/** The system behind one webhook. Connections are kept, but only to addresses that were checked. Redirects are not followed. */
export class Receiver {
  private known: { readonly agent: Agent; readonly host: string; readonly untilMs: number } | undefined;

  constructor(
    private readonly policy: EgressPolicy,
    private readonly connections: number,
  ) {}

  /** Never rejects. */
  async post({ url, headers, body }: WebhookRequest, stopped: AbortSignal): Promise<Attempted> {
    const timeout = AbortSignal.timeout(attemptMs);
    const signal = AbortSignal.any([timeout, stopped]);
    try {
      const dispatcher = await this.agentFor(url, signal);
      const answer = await request(url, { dispatcher, method: 'POST', headers, body, signal, headersTimeout: 0, bodyTimeout: 0 });
      const text = await beginningOf(answer.body as unknown as Readable);
      const isTaken = answer.statusCode >= 200 && answer.statusCode < 300;
      return {
        status: answer.statusCode,
        error: isTaken ? null : describe(answer.statusCode, text),
        ...retryAfterOf(answer.headers['retry-after']),
      };
    } catch (error) {
      return { status: null, error: timeout.aborted ? `no answer within ${attemptMs / 1_000} s` : messageOf(error) };
    }
  }

  close(): void {
    this.drop();
  }

  private async agentFor(url: URL, signal: AbortSignal): Promise<Agent> {
    const nowMs = performance.now();
    if (this.known?.host === url.host && this.known.untilMs > nowMs) return this.known.agent;
    const addresses = await untilAborted(checkedAddresses(url, this.policy), signal);
    this.drop();
    const agent = pinnedAgent(addresses, this.connections);
    this.known = { agent, host: url.host, untilMs: nowMs + resolvedForMs };
    return agent;
  }

  /** What is under way on the old connections comes to its end. */
  private drop(): void {
    void this.known?.agent.close().catch(() => undefined);
    this.known = undefined;
  }
}

const describe = (status: number, text: string): string => {
  if (status >= 300 && status < 400) return `answered ${status}: redirects are not followed`;
  return `answered ${status}${text === '' ? '' : `: ${text.slice(0, shownAtMost)}`}`;
};

/** The rest is not wanted; so that the connection can be used again, a short answer is read to its end. */
async function beginningOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > readAtMost) break; // ends the connection
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .toWellFormed()
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
}

/** Seconds, or a date of HTTP. */
function retryAfterOf(header: string | string[] | undefined): { retryAfterMs?: number } {
  const text = [header ?? ''].flat()[0]!.trim();
  if (/^\d{1,9}$/.test(text)) return { retryAfterMs: Number(text) * 1_000 };
  const at = Date.parse(text);
  return Number.isNaN(at) ? {} : { retryAfterMs: Math.max(0, at - Date.now()) };
}

function messageOf(error: unknown): string {
  const { message, code, errors } = error as { message?: string; code?: string; errors?: unknown[] };
  if (errors?.[0] !== undefined) return messageOf(errors[0]);
  return (message || code || String(error)).slice(0, 500);
}

/** A resolver cannot be told to stop; its answer is not waited for. */
function untilAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
