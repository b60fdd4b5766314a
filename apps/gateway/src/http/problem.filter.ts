import { randomBytes } from 'node:crypto';
import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ROOT_LOGGER, type RootLogger, traceIdOf } from '#libs/platform';
import type { ApiProblem } from './api-problem.js';
import { classifyError } from './classify-error.js';
import { pathOf } from './path-of.js';

/** The caller's trace, or the one the request log has given it. */
export function traceIdOfRequest(request: Request): string {
  const known = (request as { id?: unknown }).id;
  if (typeof known === 'string') return known;
  return traceIdOf(request.headers['traceparent']) ?? randomBytes(16).toString('hex');
}

/** Every error of every route becomes a problem+json; only errors of ours are logged with their stack. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(ROOT_LOGGER) private readonly logger: RootLogger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    refuse(error, http.getRequest<Request>(), http.getResponse<Response>(), this.logger);
  }
}

/** Answers with the problem an error stands for, and logs it when it is one of ours. */
export function refuse(error: unknown, request: Request, response: Response, logger: Pick<RootLogger, 'error'>): void {
  const problem = classifyError(error);
  const traceId = traceIdOfRequest(request);
  // A refusal for want of room is no error of ours, and a flood of them must not become a flood of lines: metrics count them.
  if (problem.status >= 500 && problem.code !== 'OVERLOADED')
    logger.error({ err: problem.cause ?? problem, traceId, code: problem.code }, problem.message);
  sendProblem(response, problem, traceId, pathOf(request));
}

function sendProblem(response: Response, problem: ApiProblem, traceId: string, path: string): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  response
    .status(problem.status)
    .set({ ...problem.headers, 'content-type': 'application/problem+json; charset=utf-8', 'cache-control': 'no-store' })
    .send(Buffer.from(JSON.stringify(problem.body(traceId, path))));
}
