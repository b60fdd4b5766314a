import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor, SetMetadata } from '@nestjs/common';
import type { Response } from 'express';
import { from, lastValueFrom, type Observable } from 'rxjs';
import type { StoredAnswer } from '#libs/persistence';
import { ApiProblem } from './api-problem.js';
import type { ApiRequest } from './entry.js';
import { Once, type OnceRequest } from './once.js';
import { pathOf } from './path-of.js';
import { traceIdOfRequest } from './problem.filter.js';

export interface IdempotentRequest extends ApiRequest {
  /** Minted by the first try of the request with this key; ids are made from it. Absent without an Idempotency-Key. */
  subject?: string;
  /** In place of it, for a handler that remembers its answers itself. */
  named?: OnceRequest;
}

const REMEMBERS_ITSELF = 'orquestra:remembersItself';

/** The handler sees to it that a repeat of its request gets the first answer: `request.named` tells its name. */
export const RemembersItself = (): MethodDecorator => SetMetadata(REMEMBERS_ITSELF, true);

/** Marks an answer as one that was given before. Its body is a problem when its status says so. */
export function replay(response: Response, { status }: Pick<StoredAnswer, 'status'>): void {
  response.status(status).setHeader('idempotency-replayed', 'true');
  if (status >= 400) response.type('application/problem+json');
}

const keyPattern = /^[\x21-\x7e]{1,200}$/;

const changing: ReadonlySet<string> = new Set(['POST', 'PUT', 'DELETE']);

/** A request that changes something, with an `Idempotency-Key`, is answered once: the same key and request get that answer again, status included. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly once: Once) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<IdempotentRequest>();
    const key = request.headers['idempotency-key'];
    if (key === undefined || !changing.has(request.method)) return next.handle();
    const about = aboutOf(requireIdempotencyKey(key), request);
    if (Reflect.getMetadata(REMEMBERS_ITSELF, context.getHandler()) !== true)
      return from(this.answer(about, request, context.switchToHttp().getResponse<Response>(), next));
    request.named = about;
    return next.handle();
  }

  private async answer(about: OnceRequest, request: IdempotentRequest, response: Response, next: CallHandler): Promise<unknown> {
    let fresh: unknown;
    const { status, body, isReplay } = await this.once.run(about, async (subject) => {
      request.subject = subject;
      fresh = await lastValueFrom(next.handle());
      return { status: response.statusCode, body: JSON.stringify(withoutSecret(fresh)) };
    });
    if (!isReplay) return fresh;
    replay(response, { status });
    return JSON.parse(body) as unknown;
  }
}

/** What is shown once is not kept for a week: a repeat gets the rest of the answer. */
function withoutSecret(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || !('secret' in answer)) return answer;
  const { secret: _, ...rest } = answer;
  return rest;
}

/** @throws ApiProblem IDEMPOTENCY_KEY_INVALID */
export function requireIdempotencyKey(key: string | string[]): string {
  if (typeof key === 'string' && keyPattern.test(key)) return key;
  throw new ApiProblem(
    'IDEMPOTENCY_KEY_INVALID',
    'expected an Idempotency-Key of 1 to 200 printable ASCII characters without spaces',
  );
}

const aboutOf = (key: string, request: ApiRequest): OnceRequest => ({
  key: `http:${key}`,
  hash: hashOf(request),
  traceId: traceIdOfRequest(request),
  path: pathOf(request),
});

const hashOf = (request: ApiRequest): string =>
  createHash('sha256')
    .update(`${request.method} ${request.originalUrl}\n${request.bodyFormat ?? ''}\n`)
    .update(request.bodyText ?? '')
    .digest('hex');
