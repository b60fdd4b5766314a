import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { ApiProblem } from './api-problem.js';
import type { ApiRequest } from './entry.js';
import { Once } from './once.js';
import { pathOf } from './path-of.js';
import { traceIdOfRequest } from './problem.filter.js';

export interface IdempotentRequest extends ApiRequest {
  /** Minted by the first try of the request with this key; ids are made from it. Absent without an Idempotency-Key. */
  subject?: string;
}

const keyPattern = /^[\x21-\x7e]{1,200}$/;

/** A POST with an `Idempotency-Key` is answered once: the same key and request get that answer again, status included. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly once: Once) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<IdempotentRequest>();
    const key = request.headers['idempotency-key'];
    if (key === undefined || request.method !== 'POST') return next.handle();
    return from(this.answer(requireIdempotencyKey(key), request, context.switchToHttp().getResponse<Response>(), next));
  }

  private async answer(key: string, request: IdempotentRequest, response: Response, next: CallHandler): Promise<unknown> {
    const about = { key: `http:${key}`, hash: hashOf(request), traceId: traceIdOfRequest(request), path: pathOf(request) };
    let fresh: unknown;
    const { status, body, isReplay } = await this.once.run(about, async (subject) => {
      request.subject = subject;
      fresh = await lastValueFrom(next.handle());
      return { status: response.statusCode, body: JSON.stringify(fresh) };
    });
    if (!isReplay) return fresh;
    response.status(status).setHeader('idempotency-replayed', 'true');
    if (status >= 400) response.type('application/problem+json');
    return JSON.parse(body) as unknown;
  }
}

/** @throws ApiProblem IDEMPOTENCY_KEY_INVALID */
export function requireIdempotencyKey(key: string | string[]): string {
  if (typeof key === 'string' && keyPattern.test(key)) return key;
  throw new ApiProblem(
    'IDEMPOTENCY_KEY_INVALID',
    'expected an Idempotency-Key of 1 to 200 printable ASCII characters without spaces',
  );
}

const hashOf = (request: ApiRequest): string =>
  createHash('sha256')
    .update(`${request.method} ${request.originalUrl}\n${request.bodyFormat ?? ''}\n`)
    .update(request.bodyText ?? '')
    .digest('hex');
