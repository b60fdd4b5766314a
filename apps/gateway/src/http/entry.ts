import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Operation } from '#libs/contracts';
import type { RootLogger } from '#libs/platform';
import type { Admission } from '../admission/admission.js';
import type { RequestPass } from '../admission/request-pass.js';
import { ApiProblem } from './api-problem.js';
import { pathOf } from './path-of.js';
import { refuse } from './problem.filter.js';
import { readBody, readBytes, type TakeRoom } from './read-body.js';
import { parseRequestJson } from './request-json.js';
import { RouteTable } from './route-table.js';
import { livePath, websocketRequired } from './websockets.js';

/** Bytes. */
export const bodyLimit = 1024 * 1024;

/** What the entry adds to a request of the API. */
export interface ApiRequest extends Request {
  operation?: Operation;
  /** As sent; what an Idempotency-Key is bound to, and what definitions are parsed from. */
  bodyText?: string;
  bodyFormat?: 'json' | 'yaml';
  /** In place of the text, for who takes it apart himself. */
  bodyBytes?: Buffer;
  /** What it was let in with. */
  pass?: RequestPass;
}

/** First stop of every request of the API: known route and method, readable and bounded body. Other requests pass. */
export function apiEntry(logger: RootLogger, admission: Entered, routes = new RouteTable()): RequestHandler {
  return (request: ApiRequest, response: Response, next: NextFunction) => {
    enter(request, response, routes, admission).then(
      () => next(),
      (error: unknown) => refuse(error, request, response, logger),
    );
  };
}

type Entered = Pick<Admission, 'requireRoom' | 'bodies' | 'bodyRefusal'>;

const apiPaths = /^\/(?:api|health|metrics|asyncapi\.json|live)(?:[/.]|$)/;
/** Documentation pages and files: outside the contract, read only. */
const servedBeside = /^\/(?:api\/docs(?:\/.*)?|api\/openapi\.json|api\/v1\/openapi\.json|asyncapi\.json)$/;

async function enter(request: ApiRequest, response: Response, routes: RouteTable, admission: Entered): Promise<void> {
  const { method } = request;
  const path = pathOf(request);
  if (!apiPaths.test(path)) return requireReading(method, path);
  response.setHeader('cache-control', 'no-store');
  if (servedBeside.test(path)) return requireReading(method, path);
  if (path === livePath && method === 'GET') throw websocketRequired('it was a plain request');
  if (path === livePath) throw notAllowed(method, path, ['GET']);
  const match = routes.match(method, path);
  if (match.found === 'nothing')
    throw new ApiProblem('ROUTE_NOT_FOUND', `expected an address of the API (see /api/docs), but was ${path}`);
  if (match.found === 'otherMethods') throw notAllowed(method, path, match.allow);
  request.operation = match.operation;
  admission.requireRoom(match.operation);
  if (match.operation.method !== 'get') await enterBody(request, match.operation, roomFor(response, match.operation, admission));
}

function requireReading(method: string, path: string): void {
  if (method !== 'GET' && method !== 'HEAD') throw notAllowed(method, path, ['GET']);
}

const notAllowed = (method: string, path: string, allow: readonly string[]): ApiProblem =>
  new ApiProblem('METHOD_NOT_ALLOWED', `expected ${allow.join(' or ')} for ${path}, but was ${method}`, {
    headers: { allow: allow.join(', ') },
  });

async function enterBody(request: ApiRequest, operation: Operation, room: TakeRoom): Promise<void> {
  const { body } = operation;
  if (body?.isRaw === true) {
    request.bodyBytes = await readBytes(request, bodyLimit, room);
    return;
  }
  const text = await readBody(request, bodyLimit, room);
  request.bodyText = text;
  if (!body) return;
  if (text.trim() === '') {
    if (body.required)
      throw new ApiProblem('BODY_REQUIRED', `expected a body of ${body.contentTypes.join(' or ')}, but there was none`);
    request.body = {};
    return;
  }
  request.bodyFormat = formatOf(request.headers['content-type'], body.contentTypes);
  // Definitions are parsed by the engine, which knows lines, duplicate keys and YAML.
  if (body.contentTypes.includes('application/yaml')) return;
  request.body = parseRequestJson(text, operation.id === 'startInstances');
}

/** A body takes its room as it comes, and keeps it until the request has been answered. */
function roomFor(response: Response, operation: Operation, admission: Entered): TakeRoom {
  const { bodies } = admission;
  let taken = 0;
  return (bytes) => {
    if (taken === 0) response.once('close', () => bodies.give(taken));
    const hasRoom = bodies.take(bytes);
    if (!hasRoom) bodies.give(taken); // it is refused, and what there was of it is dropped
    taken = hasRoom ? taken + bytes : 0;
    return hasRoom ? undefined : admission.bodyRefusal(operation);
  };
}

function formatOf(header: string | undefined, accepted: readonly string[]): 'json' | 'yaml' {
  const type = (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type)) return 'json';
  if (/^(?:application|text)\/(?:x-)?yaml$/.test(type) && accepted.includes('application/yaml')) return 'yaml';
  throw new ApiProblem(
    'CONTENT_TYPE_UNSUPPORTED',
    `expected Content-Type ${accepted.join(' or ')}, but was ${type === '' ? 'none' : JSON.stringify(type)}`,
  );
}
