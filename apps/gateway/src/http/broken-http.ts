import { randomBytes } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiProblem } from './api-problem.js';

/** An answer that is being written on this socket; Node keeps it there, and asks the same before it answers by itself. */
interface HttpSocket extends Duplex {
  readonly _httpMessage?: Pick<ServerResponse, 'headersSent'> | null;
}

/** What Node would refuse by itself, without a body, is refused as everything else is: with a problem that says what was expected. */
export function answerBrokenHttp(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: HttpSocket) => {
    // In the middle of another answer there is nothing to be said.
    if (error.code === 'ECONNRESET' || !socket.writable || socket._httpMessage?.headersSent === true) socket.destroy();
    else socket.end(answerOf(problemOf(error)), () => socket.destroy());
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

function answerOf(problem: ApiProblem): string {
  const body = JSON.stringify(problem.body(randomBytes(16).toString('hex')));
  return [
    `HTTP/1.1 ${problem.status} Refused`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
