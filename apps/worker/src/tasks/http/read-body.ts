import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { TaskFailure } from '#libs/worker-sdk';

/** Most of a response that is read, after decompression. */
export const maxResponseBytes = 5 * 1024 * 1024;

const decoders: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/**
 * The decompressed body, counted while it is read: a small response that unpacks to gigabytes is given up at the limit.
 * @throws TaskFailure `HTTP_RESPONSE_TOO_LARGE`, `HTTP_BAD_RESPONSE` (unknown or broken encoding)
 */
export async function readBody(body: Readable, encoding: string): Promise<Buffer> {
  const decoded = decode(body, encoding);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of decoded as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxResponseBytes)
        throw new TaskFailure(
          'HTTP_RESPONSE_TOO_LARGE',
          `expected a response of at most ${maxResponseBytes} bytes after decompression, but it is larger`,
        );
      chunks.push(chunk);
    }
  } catch (error) {
    const { code } = error as { code?: string };
    if (code?.startsWith('Z_') === true || code?.startsWith('ERR_BROTLI') === true || code?.startsWith('ZSTD_') === true)
      throw new TaskFailure(
        'HTTP_BAD_RESPONSE',
        `expected a body in ${encoding}, but ${(error as Error).message}`,
        undefined,
        true,
      );
    throw error;
  } finally {
    body.destroy();
  }
  return Buffer.concat(chunks);
}

function decode(body: Readable, encoding: string): NodeJS.ReadableStream {
  const names = encoding
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  if (names.length === 0) return body;
  const decoder = names.length === 1 ? decoders[names[0]!] : undefined;
  if (decoder === undefined)
    throw new TaskFailure('HTTP_BAD_RESPONSE', `expected gzip, deflate, br or zstd, but the body is encoded as ${encoding}`);
  const decoding = decoder();
  body.once('error', (error) => (decoding as unknown as Readable).destroy(error));
  return body.pipe(decoding);
}
