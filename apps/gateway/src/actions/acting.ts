import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';
import { actQuerySchema, instanceParamsSchema } from '#libs/contracts';
import type { InstanceId } from '#libs/engine';
import type { IdempotentRequest } from '../http/idempotency.interceptor.js';
import { checkParameters } from '../http/validation.pipe.js';

/** What every action on an instance has in common: which one, how long its answer may wait, and where the answer goes. */
export interface Acting {
  readonly id: InstanceId;
  readonly waitMs: number;
  /** Minted for the request, with an Idempotency-Key. */
  readonly commandId: string | undefined;
  readonly response: Response;
}

/** @throws ApiProblem PARAMETER_INVALID */
export const ActingOn = createParamDecorator((_: unknown, context: ExecutionContext): Acting => {
  const request = context.switchToHttp().getRequest<IdempotentRequest>();
  const { id } = checkParameters(instanceParamsSchema, { id: request.params['id'] });
  const { wait } = checkParameters(actQuerySchema, request.query);
  return {
    id: id.toLowerCase() as InstanceId,
    waitMs: wait,
    commandId: request.subject,
    response: context.switchToHttp().getResponse<Response>(),
  };
});
