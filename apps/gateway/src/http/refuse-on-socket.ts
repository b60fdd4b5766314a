import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ApiProblem } from './api-problem.js';

/** An answer that is being written on this socket; Node keeps it there, and asks the same before it answers by itself. */
interface HttpSocket extends Duplex {
  readonly _httpMessage?: Pick<ServerResponse, 'headersSent'> | null;
}

/**
 * Answers with a problem where there is no response to write it to, and ends the connection.
 * @param path that was asked, where that is known
 */
export function refuseOnSocket(socket: HttpSocket, problem: ApiProblem, path?: string): void {
  // In the middle of another answer there is nothing to be said.
  if (!socket.writable || socket._httpMessage?.headersSent === true) socket.destroy();
  else socket.end(answerOf(problem, path), () => socket.destroy());
}

function answerOf(problem: ApiProblem, path?: string): string {
  const body = JSON.stringify(problem.body(randomBytes(16).toString('hex'), path));
  return [
    `HTTP/1.1 ${problem.status} Refused`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    ...Object.entries(problem.headers).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
