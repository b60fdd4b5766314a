/** A fresh idempotency key: 128 random bits, hex. One action keeps its key over every click and retry. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
