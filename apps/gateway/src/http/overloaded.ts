import { ApiProblem } from './api-problem.js';

/**
 * There is no room for a request now. Nothing was done.
 * @param retryAfterS when it is worth another try
 */
export function overloaded(why: string, retryAfterS: number, headers: Readonly<Record<string, string>> = {}): ApiProblem {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // there may be thousands a second, and nobody asks where they come from
  try {
    const detail = `expected room for the request, but ${why}; nothing was done, try again after ${retryAfterS} s`;
    return new ApiProblem('OVERLOADED', detail, { headers: { 'retry-after': String(retryAfterS), ...headers } });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
