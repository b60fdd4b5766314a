/** The smallest steps there are, so that what is measured is the platform. */
const noOp = (id: string, needs: readonly string[]) => ({ id, task: 'echo', needs, input: { ok: true } });

const definition = (name: string, steps: readonly object[]) => ({ name, version: '1.0.0', title: name, steps, output: null });

export const chainOf = (length: number) =>
  definition(
    `bench.chain-${length}`,
    Array.from({ length }, (_, i) => noOp(`s${i + 1}`, i === 0 ? [] : [`s${i}`])),
  );

/** So many steps side by side, joined by one that does nothing. */
export const fanOf = (width: number) => {
  const ids = Array.from({ length: width }, (_, i) => `p${i + 1}`);
  return definition(`bench.fan-${width}`, [
    ...ids.map((id) => noOp(id, [])),
    { id: 'join', type: 'set', needs: ids, values: { width } },
  ]);
};

/** Fails twice, then succeeds, with no wait in between. */
export const failingTwice = definition('bench.failing-twice', [
  {
    id: 'flaky',
    task: 'simulate',
    input: { durationMs: 0, failTimes: 2 },
    retry: { maxAttempts: 3, backoff: 'constant', delay: '0ms', jitter: 0 },
  },
]);
