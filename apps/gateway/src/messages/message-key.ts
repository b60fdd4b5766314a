import { createHash } from 'node:crypto';

const plain = /^[\x20-\x7e]{1,255}$/;

/** Names a message in our tables: readable when it can be, else by its SHA-256. */
export const messageKeyOf = (kind: string, id: string): string =>
  plain.test(id) ? `${kind}:${id}` : `${kind}:sha256:${createHash('sha256').update(id).digest('hex')}`;
