import type { IncomingMessage } from 'node:http';
import { ApiProblem } from './api-problem.js';

/** Asks for room for so many more bytes. @returns the refusal when there is none */
export type TakeRoom = (bytes: number) => ApiProblem | undefined;

/**
 * Reads a body as UTF-8 text.
 * @param limit bytes; more is BODY_TOO_LARGE (at once when Content-Length says so, else as soon as it is passed)
 * @throws ApiProblem BODY_TOO_LARGE, CONTENT_TYPE_UNSUPPORTED (compressed), BODY_INVALID (not UTF-8, or cut off)
 */
export async function readBody(request: IncomingMessage, limit: number, room?: TakeRoom): Promise<string> {
  return utf8Text(await readBytes(request, limit, room));
}

/** @throws ApiProblem BODY_INVALID */
export function utf8Text(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ApiProblem('BODY_INVALID', 'expected UTF-8 text, but there are other bytes in it', { cause });
  }
}

/**
 * Reads a body as it was sent: a signature is over exactly that.
 * @throws ApiProblem BODY_TOO_LARGE, CONTENT_TYPE_UNSUPPORTED (compressed), BODY_INVALID (cut off), OVERLOADED (no room)
 */
export async function readBytes(request: IncomingMessage, limit: number, room: TakeRoom = () => undefined): Promise<Buffer> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new ApiProblem(
      'CONTENT_TYPE_UNSUPPORTED',
      `expected a body without Content-Encoding, but was ${JSON.stringify(encoding)}`,
    );
  }
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  return collect(request, limit, room);
}

function collect(request: IncomingMessage, limit: number, room: TakeRoom): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (problem: ApiProblem): void => {
      request.off('data', onChunk);
      request.resume();
      reject(problem);
    };
    const onChunk = (chunk: Buffer): void => {
      size += chunk.length;
      const problem = size > limit ? tooLarge(limit) : room(chunk.length);
      if (problem) stop(problem);
      else chunks.push(chunk);
    };
    request.on('data', onChunk);
    request.once('end', () => resolve(Buffer.concat(chunks, size)));
    request.once('error', (cause) => stop(new ApiProblem('BODY_INVALID', 'the body was cut off', { cause })));
    request.once('aborted', () => stop(new ApiProblem('BODY_INVALID', 'the body was cut off')));
  });
}

/** `Connection: close`: what else the client sends is not read. */
const tooLarge = (limit: number): ApiProblem =>
  new ApiProblem('BODY_TOO_LARGE', `expected a body of at most ${limit} bytes, but it is larger`, {
    headers: { connection: 'close' },
  });
