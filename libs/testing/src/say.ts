/** Progress, beside the result: standard error. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Says how far something long is, every few seconds. @param state such as `12 of 100 started` */
export function saying(state: () => string, everyMs = 5_000): Disposable {
  const timer = setInterval(() => say(`    ${state()}`), everyMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
