/**
 * Wait before connecting again: doubles from 100 ms to 5 s, spread over its upper half so that a restarted broker is not met by all at once.
 * @param attempt failures in a row, from 1
 * @param draw uniform in [0, 1)
 * @returns milliseconds
 */
export function reconnectDelayMs(attempt: number, draw: number): number {
  const nominal = Math.min(5_000, 100 * 2 ** Math.min(attempt - 1, 10));
  return Math.round(nominal * (0.5 + draw / 2));
}
