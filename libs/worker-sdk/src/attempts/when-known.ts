/** As `await` and what follows, but at once when the value is there. */
export function whenKnown<T>(value: unknown, next: (value: unknown) => T | Promise<T>): T | Promise<T> {
  return isPending(value) ? Promise.resolve(value).then(next) : next(value);
}

const isPending = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
