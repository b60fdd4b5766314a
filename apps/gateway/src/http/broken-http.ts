import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiProblem } from './api-problem.js';
import { refuseOnSocket } from './refuse-on-socket.js';

/** What Node would refuse by itself, without a body, is refused as everything else is: with a problem that says what was expected. */
export function answerBrokenHttp(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET') socket.destroy();
    else refuseOnSocket(socket, problemOf(error));
  });
  // Without a host there is no request from this machine: the check of origins says so.
  (server as Server & { requireHostHeader: boolean }).requireHostHeader = false;
  // Nobody has to have expectations fulfilled: the request is judged as it is.
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    server.emit('request', request, response),
  );
}

function problemOf({ code = '' }: NodeJS.ErrnoException): ApiProblem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new ApiProblem('HEADERS_TOO_LARGE', 'expected address and headers of at most 16 KiB together, but they are larger');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new ApiProblem('REQUEST_TIMEOUT', 'expected the request to arrive whole within a minute, but it did not');
  return new ApiProblem(
    'HTTP_INVALID',
    `expected a request of HTTP/1.1, but it cannot be read (${code.slice(0, 40) || 'unknown'})`,
  );
}
