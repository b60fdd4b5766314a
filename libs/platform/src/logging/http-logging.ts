import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Params } from 'nestjs-pino';
import type { RootLogger } from './root-logger.js';

const quiet = /^\/(?:health|metrics|live)(?:\/|\?|$)|\.(?:js|css|svg|woff2?|ico|map|png)(?:\?|$)/;

/** Trace id of a W3C `traceparent` header, or undefined. */
export const traceIdOf = (traceparent: unknown): string | undefined =>
  typeof traceparent === 'string'
    ? /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent)?.[1]
    : undefined;

/** Requests get a `traceId` (the caller's, or a new one, also as `request.id`); answers are logged by how bad they are. */
export function httpLogging(logger: RootLogger): NonNullable<Params['pinoHttp']> {
  return {
    logger,
    genReqId: (request) => traceIdOf(request.headers['traceparent']) ?? randomBytes(16).toString('hex'),
    customAttributeKeys: { reqId: 'traceId' },
    quietReqLogger: true,
    autoLogging: { ignore: (request) => quiet.test(request.url ?? '') },
    customLogLevel: (_request, response, error) => {
      // Asked to come again: what is behind it is logged where it is known, and a flood must not become one of lines.
      if (error === undefined && response.statusCode === 503 && response.hasHeader('retry-after')) return 'debug';
      return error !== undefined || response.statusCode >= 500 ? 'error' : response.statusCode >= 400 ? 'info' : 'debug';
    },
    serializers: {
      req: (request: { method: string; url: string }) => ({ method: request.method, url: request.url.split('?')[0] }),
      res: (response: { statusCode: number }) => ({ statusCode: response.statusCode }),
    },
    customSuccessMessage: (request: IncomingMessage, response: ServerResponse) =>
      `${request.method} ${(request.url ?? '').split('?')[0]} ${response.statusCode}`,
  };
}
