import type { NextFunction, RequestHandler, Response } from 'express';
import type { RootLogger } from '#libs/platform';
import type { ApiRequest } from '../http/entry.js';
import { refuse } from '../http/problem.filter.js';
import type { Admission } from './admission.js';
import { passes } from './passes.js';
import { RequestPass } from './request-pass.js';

/** Lets a request of the API go on when it has a place, and answers 503 when it gets none. Its body has been read by then. */
export function admit(admission: Admission, logger: RootLogger): RequestHandler {
  return (request: ApiRequest, response: Response, next: NextFunction) => {
    const { operation } = request;
    if (operation === undefined) return next();
    admission
      .enter(operation, (left) => response.once('close', left))
      .then(
        (place) => {
          if (place === undefined) return next();
          const pass = new RequestPass(admission, place);
          if (response.destroyed) return pass.end();
          request.pass = pass;
          response.once('close', () => pass.closed());
          passes.run(pass, () => next());
        },
        (error: unknown) => refuse(error, request, response, logger),
      );
  };
}
