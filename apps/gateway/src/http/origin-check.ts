import type { IncomingMessage } from 'node:http';
import { ApiProblem } from './api-problem.js';

export interface OriginRules {
  /** Besides the gateway's own. */
  readonly allowedOrigins: readonly string[];
  /** Listens on loopback: then only loopback names may be asked for, or a page could reach it through a DNS name of its own. */
  readonly isLoopback: boolean;
}

const loopbackName = /^(?:localhost|[\w-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/** @returns what is wrong about where a request comes from, or nothing. Requests of programs carry no Origin and pass. */
export function originProblem(request: Pick<IncomingMessage, 'headers'>, rules: OriginRules): ApiProblem | undefined {
  const { host = '', origin } = request.headers;
  if (rules.isLoopback && !loopbackName.test(host)) {
    return new ApiProblem(
      'HOST_REFUSED',
      `expected a host name of this machine (localhost), but was ${JSON.stringify(host.slice(0, 100))}`,
    );
  }
  if (origin === undefined || isSame(origin, host) || rules.allowedOrigins.includes(origin)) return undefined;
  return new ApiProblem(
    'ORIGIN_REFUSED',
    `expected a page of this gateway or of an allowed origin, but was ${JSON.stringify(origin.slice(0, 200))}; ORQUESTRA_ALLOWED_ORIGINS names others`,
  );
}

function isSame(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host.toLowerCase() === host.toLowerCase();
}
