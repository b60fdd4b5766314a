import { TaskFailure } from '#libs/worker-sdk';

export const maxRedirects = 3;

/** One request of an exchange. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const redirecting = new Set([301, 302, 303, 307, 308]);
/** Meant for the first origin only. */
const secret = /^(authorization|proxy-authorization|cookie|idempotency-key)$|token|secret|api-?key/i;

/**
 * The request a redirect asks for, or `undefined` when the response is none. Methods change as browsers do it; another origin gets neither credentials nor a body.
 * @throws TaskFailure `HTTP_BAD_RESPONSE` for a place that is no URL, or when another origin is to get a request that changes something
 */
export function nextHop(hop: Hop, status: number, location: string | undefined): Hop | undefined {
  if (!redirecting.has(status) || location === undefined) return undefined;
  const url = target(location, hop.url);
  const becomesGet = status === 303 ? hop.method !== 'HEAD' : status <= 302 && hop.method === 'POST';
  const method = becomesGet ? 'GET' : hop.method;
  const isSameOrigin = url.origin === hop.url.origin;
  if (!isSameOrigin && method !== 'GET' && method !== 'HEAD')
    throw new TaskFailure(
      'HTTP_BAD_RESPONSE',
      `expected a redirect within ${hop.url.origin} for ${method}, but it leads to ${url.origin}`,
    );
  const kept = Object.entries(hop.headers).filter(
    ([name]) => (isSameOrigin || !secret.test(name)) && !(becomesGet && name.startsWith('content-')),
  );
  return { url, method, headers: Object.fromEntries(kept), ...(!becomesGet && hop.body !== undefined && { body: hop.body }) };
}

function target(location: string, base: URL): URL {
  try {
    return new URL(location, base);
  } catch {
    throw new TaskFailure('HTTP_BAD_RESPONSE', 'expected a redirect to a URL, but its location is none');
  }
}
