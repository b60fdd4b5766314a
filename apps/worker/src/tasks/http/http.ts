import type { Readable } from 'node:stream';
import { type Agent, type Dispatcher, request } from 'undici';
import { checkedAddresses, EgressRefused, type EgressPolicy, pinnedAgent } from '#libs/platform';
import { type TaskContext, TaskFailure, type TaskRegistry } from '#libs/worker-sdk';
import { beating } from '../beating.js';
import { httpContract, type HttpInput, type HttpOutput } from './contract.js';
import { readBody } from './read-body.js';
import { type Hop, maxRedirects, nextHop } from './redirects.js';

type Step = Pick<TaskContext, 'signal' | 'idempotencyKey'>;

/** Does the exchange of one `http` step. @throws TaskFailure with the codes of the contract */
export async function http(input: HttpInput, step: Step, policy: EgressPolicy): Promise<HttpOutput> {
  const timeout = AbortSignal.timeout(input.timeout);
  try {
    return await exchange(input, firstHop(input, step), policy, AbortSignal.any([timeout, step.signal]));
  } catch (error) {
    if (error instanceof TaskFailure || step.signal.aborted) throw error;
    if (error instanceof EgressRefused) throw new TaskFailure(error.code, error.message, undefined, error.isRetryable);
    if (timeout.aborted) throw new TaskFailure('HTTP_TIMEOUT', `expected a response within ${input.timeout} ms`, undefined, true);
    throw new TaskFailure('HTTP_UNREACHABLE', `expected a response, but ${messageOf(error)}`, undefined, true);
  }
}

async function exchange(input: HttpInput, first: Hop, policy: EgressPolicy, signal: AbortSignal): Promise<HttpOutput> {
  let hop = first;
  for (let redirects = 0; ; redirects += 1) {
    const agent = pinnedAgent(await untilAborted(checkedAddresses(hop.url, policy), signal));
    try {
      const { statusCode, headers, body } = await send(hop, agent, signal);
      const next = isExpected(statusCode, input) ? undefined : nextHop(hop, statusCode, textOf(headers.location));
      if (next === undefined)
        return outcome(
          input,
          statusCode,
          headers,
          await readBody(body as unknown as Readable, textOf(headers['content-encoding']) ?? ''),
        );
      if (redirects === maxRedirects)
        throw new TaskFailure('HTTP_TOO_MANY_REDIRECTS', `expected at most ${maxRedirects} redirects, but there are more`);
      hop = next;
    } finally {
      void agent.destroy().catch(() => undefined); // what is left of the body is not wanted
    }
  }
}

function firstHop({ url, method, headers, body }: HttpInput, { idempotencyKey }: Step): Hop {
  const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const isSafe = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
  const own = {
    ...(!isSafe && { 'idempotency-key': idempotencyKey }),
    ...(body !== undefined && typeof body !== 'string' && { 'content-type': 'application/json' }),
  };
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  return {
    url: new URL(url),
    method,
    headers: { accept: '*/*', 'user-agent': 'OrquestraX', ...own, ...given },
    ...(text !== undefined && { body: text }),
  };
}

async function send(
  { url, method, headers, body }: Hop,
  dispatcher: Agent,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  return request(url, {
    dispatcher,
    method: method as Dispatcher.HttpMethod,
    headers: { ...headers, 'accept-encoding': 'gzip, deflate, br' },
    body: body ?? null,
    signal,
    headersTimeout: 0, // one time-out for the whole exchange, above
    bodyTimeout: 0,
  });
}

function isExpected(status: number, { expectStatus }: HttpInput): boolean {
  if (expectStatus === undefined) return status >= 200 && status < 300;
  return typeof expectStatus === 'number' ? status === expectStatus : expectStatus.includes(status);
}

function outcome(input: HttpInput, status: number, raw: Dispatcher.ResponseData['headers'], bytes: Buffer): HttpOutput {
  const headers = Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, textOf(value) ?? '']));
  const body = parsed(bytes, headers['content-type'] ?? '');
  if (isExpected(status, input)) return { status, headers, body };
  throw new TaskFailure(
    `HTTP_${status}`,
    `expected ${expectation(input)}, but the response was ${status}`,
    { status, body: excerpt(bytes) },
    isRetryable(status),
  );
}

const isRetryable = (status: number): boolean => status >= 500 || status === 408 || status === 425 || status === 429;

const expectation = ({ expectStatus }: HttpInput): string =>
  expectStatus === undefined ? 'a status of 200 to 299' : `status ${[expectStatus].flat().join(' or ')}`;

function parsed(bytes: Buffer, type: string): unknown {
  if (bytes.length === 0) return null;
  const text = bytes.toString('utf8');
  if (!/^application\/(?:[^;]*\+)?json\b/i.test(type)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

const excerpt = (bytes: Buffer): string => bytes.subarray(0, 2_000).toString('utf8');

const textOf = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value.join(', ') : value);

function messageOf(error: unknown): string {
  const { message, cause, errors } = error as { message?: string; cause?: unknown; errors?: unknown[] };
  return (
    message ||
    (cause === undefined ? undefined : messageOf(cause)) ||
    (errors?.[0] === undefined ? String(error) : messageOf(errors[0]))
  );
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

export function registerHttp(tasks: TaskRegistry, policy: EgressPolicy): void {
  tasks.register(httpContract, (input, step) => beating(step, http(input, step, policy)));
}
