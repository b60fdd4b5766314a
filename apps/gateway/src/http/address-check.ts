import type { RequestHandler } from 'express';
import type { RootLogger } from '#libs/platform';
import { ApiProblem } from './api-problem.js';
import { refuse } from './problem.filter.js';

/**
 * U+0000 and broken escapes are no text anybody means; PostgreSQL refuses the one, the router the other, and what does not begin with a
 * slash (`*`, a whole URL) reaches no route at all. Must come before any route.
 */
export const addressCheck =
  (logger: RootLogger): RequestHandler =>
  (request, response, next) => {
    const [path = '', query = ''] = request.originalUrl.split('?', 2);
    if (path.startsWith('/') && isText(path) && !query.includes('%00')) return next();
    refuse(
      new ApiProblem(
        'PARAMETER_INVALID',
        'expected an address that begins with / and is valid UTF-8 without U+0000, but it is another one',
      ),
      request,
      response,
      logger,
    );
  };

function isText(path: string): boolean {
  try {
    return !decodeURIComponent(path).includes('\0');
  } catch {
    return false;
  }
}
