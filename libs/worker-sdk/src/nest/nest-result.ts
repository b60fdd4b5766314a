import { HttpException, HttpStatus } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Json } from '#libs/engine';
import { TaskFailure } from '../handlers/task-failure.js';

/** What came through Nest's pipeline, as a handler's own result: observables by their last value, Nest's refusals as failures no retry mends. */
export async function nestResult(result: unknown): Promise<unknown> {
  try {
    const value = await result;
    return isObservable(value) ? await lastValueFrom(value, { defaultValue: undefined }) : value;
  } catch (error) {
    throw refusalOf(error) ?? error;
  }
}

/** A guard's no and a pipe's no say something about the input, and will say the same about the next attempt. */
function refusalOf(error: unknown): TaskFailure | undefined {
  if (error instanceof RpcException) return ofRpc(error);
  if (!(error instanceof HttpException)) return undefined;
  const status = error.getStatus();
  const details = error.getResponse() as Json;
  if (status === HttpStatus.FORBIDDEN || status === HttpStatus.UNAUTHORIZED)
    return new TaskFailure('FORBIDDEN', error.message, details);
  if (status === HttpStatus.BAD_REQUEST || status === HttpStatus.UNPROCESSABLE_ENTITY)
    return new TaskFailure('INPUT_INVALID', error.message, details);
  return undefined;
}

function ofRpc(error: RpcException): TaskFailure {
  const said = error.getError();
  // The words Nest's guards refuse with; the exception carries nothing else.
  if (said === 'Forbidden resource') return new TaskFailure('FORBIDDEN', said);
  const { code, message } =
    typeof said === 'object' ? (said as { code?: unknown; message?: unknown }) : { code: undefined, message: said };
  return new TaskFailure(typeof code === 'string' ? code : 'TASK_FAILED', String(message ?? error.message), undefined, true);
}
