import { createReadStream, existsSync, statSync } from 'node:fs';
import { extname, join, normalize, sep } from 'node:path';
import type { Request, RequestHandler, Response } from 'express';
import type { RootLogger } from '#libs/platform';
import { ApiProblem } from '../http/api-problem.js';
import { pathOf } from '../http/path-of.js';
import { productRoot } from '../http/product.js';
import { refuse } from '../http/problem.filter.js';

/** Where the build of the console lies. */
export const consoleFolder = join(productRoot, 'dist', 'frontend', 'browser');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
/** Angular's builds: `main-K3QXWZ5A.js`. The name changes with the content. */
const hashed = /-[A-Z0-9]{8}\.\w+$/;
const notOurs = /^\/(?:api|health|metrics|asyncapi\.json|live)(?:[/.]|$)/;

/**
 * The files of the console; any other path that is not the API's is a page of the console and gets its index.html.
 * Without a build it says so, and everything else of the gateway works.
 */
export function consoleFiles(logger: RootLogger, folder = consoleFolder): RequestHandler {
  return (request, response, next) => {
    const path = pathOf(request);
    if (notOurs.test(path)) return next();
    const file = fileFor(folder, path, request.headers.accept ?? '');
    if (file !== undefined) return send(request, response, file);
    refuse(notFound(path, folder), request, response, logger);
  };
}

function fileFor(folder: string, path: string, accept: string): string | undefined {
  const asked = isInside(folder, decoded(path));
  if (asked !== undefined && isFile(asked)) return asked;
  const index = join(folder, 'index.html');
  // A file that is missing is missing: a page in its place would be read as a script. Names of definitions have dots in them, too.
  const isPage = types[extname(path)] === undefined || accept.includes('text/html');
  return isPage && isFile(index) ? index : undefined;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function isInside(folder: string, path: string | undefined): string | undefined {
  if (path === undefined || path.includes('\0')) return undefined;
  const file = normalize(join(folder, path));
  return file.startsWith(folder + sep) ? file : undefined;
}

const isFile = (file: string): boolean => existsSync(file) && statSync(file).isFile();

function send(request: Request, response: Response, file: string): void {
  const { size } = statSync(file);
  response.writeHead(200, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'content-length': size,
    'cache-control': hashed.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  if (request.method === 'HEAD') return void response.end();
  createReadStream(file)
    .once('error', () => response.destroy())
    .pipe(response);
}

const notFound = (path: string, folder: string): ApiProblem =>
  existsSync(join(folder, 'index.html'))
    ? new ApiProblem('ROUTE_NOT_FOUND', `expected a page or file of the console, but there is none at ${path}`)
    : new ApiProblem(
        'ROUTE_NOT_FOUND',
        'expected a build of the console, but there is none; run `npm run build -w frontend`. The API is at /api/docs',
      );
