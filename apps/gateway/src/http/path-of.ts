import type { Request } from 'express';

/** Path as it was asked, without the query. Inside middleware `request.path` is what is left behind the mount point. */
export const pathOf = (request: Pick<Request, 'originalUrl'>): string => request.originalUrl.split('?')[0] || '/';
