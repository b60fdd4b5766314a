import { createHash } from 'node:crypto';
import { buckets } from './names.js';

/**
 * Bucket of an instance (or key): the first 12 bits of SHA-256 of its id.
 * @param id as stored: a UUID in lower case
 * @returns 0 … 4095
 */
export function bucketOf(id: string): number {
  return createHash('sha256').update(id).digest().readUInt16BE(0) >>> (16 - Math.log2(buckets));
}
