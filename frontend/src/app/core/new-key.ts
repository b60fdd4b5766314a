/** A fresh idempotency key: 128 random bits, hex. One action keeps its key over every click and retry. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Keys of one dialog: the same request keeps its key; a changed one is another request. */
export class KeyKeeper {
  private last = { body: '', key: '' };

  keyFor(body: unknown): string {
    const text = JSON.stringify(body);
    if (this.last.body !== text) this.last = { body: text, key: newKey() };
    return this.last.key;
  }
}
