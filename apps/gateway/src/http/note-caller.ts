import type { NextFunction, Request, Response } from 'express';
import { callers } from '#libs/persistence';

/** Where a request comes from, for what the operator log says of it. */
export const noteCaller = (request: Request, _response: Response, next: NextFunction): void =>
  callers.run({ address: request.ip ?? 'unknown' }, () => next());
