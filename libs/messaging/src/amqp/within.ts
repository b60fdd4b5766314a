/** A broker that is well answers in milliseconds; one that elects a leader takes seconds. */
export const answerMs = 15_000;

/** What is asked again in a moment anyway is not waited for longer than that: one queue without a leader would keep care from all others. */
export const careAnswerMs = 3_000;

/** The broker did not answer in time; whether it has done what it was asked is unknown. */
export class NoAnswerError extends Error {
  readonly code = 'NO_ANSWER';
}

/** Settles as `work` does, or rejects after `timeoutMs`; the broker may never answer. */
export async function within<T>(work: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswerError(`${what}: no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, expiry]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
