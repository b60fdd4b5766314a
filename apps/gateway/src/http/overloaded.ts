import { ApiProblem, tryAgain } from './api-problem.js';

/**
 * There is no room for a request now. Nothing was done.
 * @param retryAfterS when it is worth another try
 */
export function overloaded(why: string, retryAfterS: number, headers: Readonly<Record<string, string>> = {}): ApiProblem {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // there may be thousands a second, and nobody asks where they come from
  try {
    const message = `expected room for the request, but ${why}; nothing was done`;
    const extras = tryAgain('OVERLOADED', message, retryAfterS);
    return new ApiProblem('OVERLOADED', `${message}, try again after ${retryAfterS} s`, {
      ...extras,
      headers: { ...extras.headers, ...headers },
    });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
