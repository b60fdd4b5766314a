import type { Failure } from '../model/failure.js';

/** A failing expression fails its step and is not retried. Errors that are not of an expression's making go on up: bugs of ours. */
export function expressionFailure(error: unknown): Failure {
  const isExpression =
    error instanceof TypeError || (error instanceof Error && 'code' in error && error.code === 'EXPRESSION_FAILED');
  if (!isExpression) throw error;
  return { code: 'EXPRESSION_FAILED', message: error.message, retryable: false };
}
