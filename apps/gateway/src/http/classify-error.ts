import { HttpException } from '@nestjs/common';
import { DataFault, InvalidCursor, SpoiltRow, sqlState } from '#libs/persistence';
import { ApiProblem, fault, tryAgain } from './api-problem.js';

/** Errors of connections: the statement did not run, or nobody knows; asking again later is right. */
const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/**
 * SQLSTATE classes: connection exception, insufficient resources, operator intervention; read-only after a fail-over, a transaction that stood still
 * for too long, and those that lost against somebody else's: nothing was done.
 */
const connectionStates = /^(?:08...|53...|57...|25006|25P03|40001|40P01|55P03)$/;
const connectionWords =
  /connection terminated|timeout exceeded when trying to connect|connection timeout|query read timeout|client was closed|not connected|cannot use a pool after|connection ended/i;

/** Whatever was thrown, as the problem to answer with. What is not known is an error of ours: 500, without its message. */
export function classifyError(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (isDatabaseAway(error)) {
    const message = 'expected the database to answer, but it cannot be reached; nothing was changed unless you find it changed';
    return new ApiProblem('DATABASE_UNAVAILABLE', `${message}, try again`, {
      ...tryAgain('DATABASE_UNAVAILABLE', message, 2),
      cause: error,
    });
  }
  if (error instanceof SpoiltRow)
    return new ApiProblem(
      'DATA_UNREADABLE',
      'expected what we have stored, but somebody else has written over it: an operator must look',
      {
        errors: [
          fault(
            'DATA_UNREADABLE',
            '',
            error.message,
            'other instances are not touched; mend the row, or restore it from a backup',
          ),
        ],
        cause: error,
      },
    );
  if (error instanceof InvalidCursor) return invalidCursor(error);
  if (error instanceof DataFault)
    return new ApiProblem('VALUE_NOT_STORABLE', 'expected values the database can keep, but it refused one', { cause: error });
  if (sqlState(error)?.startsWith('22') === true)
    return new ApiProblem('PARAMETER_INVALID', 'expected parameters the database can compare with, but it refused one', {
      cause: error,
    });
  if (error instanceof HttpException) return fromHttpException(error);
  return new ApiProblem(
    'INTERNAL_ERROR',
    'the request could not be answered because of an error of ours; it is logged under the trace id',
    { cause: error },
  );
}

const invalidCursor = (error: InvalidCursor): ApiProblem =>
  new ApiProblem('PARAMETER_INVALID', error.message, { errors: [fault('CURSOR_INVALID', 'cursor', error.message)] });

/** Follows `cause` and TypeORM's `driverError`. */
export function isDatabaseAway(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 4) return false;
  const { code, message, cause, driverError, errors } = error as Partial<
    Record<'code' | 'message' | 'cause' | 'driverError' | 'errors', unknown>
  >;
  if (typeof code === 'string' && (connectionCodes.has(code) || connectionStates.test(code))) return true;
  if (typeof message === 'string' && connectionWords.test(message)) return true;
  return [driverError, cause, ...(Array.isArray(errors) ? (errors as unknown[]) : [])].some((each) =>
    isDatabaseAway(each, depth + 1),
  );
}

function fromHttpException(error: HttpException): ApiProblem {
  const status = error.getStatus();
  if (status === 404) return new ApiProblem('ROUTE_NOT_FOUND', error.message);
  if (status === 405) return new ApiProblem('METHOD_NOT_ALLOWED', error.message);
  if (status === 413) return new ApiProblem('BODY_TOO_LARGE', error.message);
  if (status === 415) return new ApiProblem('CONTENT_TYPE_UNSUPPORTED', error.message);
  if (status < 500) return new ApiProblem('PARAMETER_INVALID', error.message);
  return new ApiProblem(
    'INTERNAL_ERROR',
    'the request could not be answered because of an error of ours; it is logged under the trace id',
    { cause: error },
  );
}
