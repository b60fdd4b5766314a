import { ApiProblem } from './api-problem.js';

/**
 * There is no room for a request now. Nothing was done.
 * @param retryAfterS when it is worth another try
 */
export const overloaded = (why: string, retryAfterS: number, headers: Readonly<Record<string, string>> = {}): ApiProblem =>
  new ApiProblem('OVERLOADED', `expected room for the request, but ${why}; nothing was done, try again after ${retryAfterS} s`, {
    headers: { 'retry-after': String(retryAfterS), ...headers },
  });
