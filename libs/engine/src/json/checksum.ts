import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical.js';

/** SHA-256 (hex, 64 characters) of the canonical JSON of a definition: the same content has the same checksum, however it was written. */
export function checksum(document: unknown): string {
  return createHash('sha256').update(canonicalJson(document)).digest('hex');
}
