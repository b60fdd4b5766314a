const definition = (name: string, steps: readonly object[]) => ({ name, version: '1.0.0', title: name, steps, output: null });

/** The smallest step there is, so that what is measured is the platform. */
const noOp = (id: string, needs: readonly string[], input: unknown = { ok: true }) => ({ id, task: 'echo', needs, input });

const chain = (length: number, input?: unknown) =>
  Array.from({ length }, (_, i) => noOp(`s${i + 1}`, i === 0 ? [] : [`s${i}`], input));

export const chainOf = (length: number) => definition(`bench.chain-${length}`, chain(length));

/** Five steps that each take and return the payload the instance was started with. */
export const payloadChain = definition('bench.payload', chain(5, { text: '${input.text}' }));

/** Five steps that each take so long without using a core. */
export const workingChain = (durationMs: number) =>
  definition(
    'bench.working',
    chain(5).map((step) => ({ ...step, task: 'simulate', input: { durationMs } })),
  );

/** So many steps side by side, joined by one that does nothing. */
export const fanOf = (width: number) => {
  const ids = Array.from({ length: width }, (_, i) => `p${i + 1}`);
  return definition(`bench.fan-${width}`, [
    ...ids.map((id) => noOp(id, [])),
    { id: 'join', type: 'set', needs: ids, values: { width } },
  ]);
};

/** One step for every item of the input: more than a definition may list. */
export const eachItem = definition('bench.each', [
  { id: 'each', type: 'forEach', items: '${input.items}', steps: [noOp('step', [])] },
]);

/** Fails twice, then succeeds, with no wait in between. */
export const failingTwice = definition('bench.failing-twice', [
  {
    id: 'flaky',
    task: 'simulate',
    input: { durationMs: 0, failTimes: 2 },
    retry: { maxAttempts: 3, backoff: 'constant', delay: '0ms', jitter: 0 },
  },
]);

/** Sleeps until the time in its input. */
export const asleep = definition('bench.asleep', [{ id: 'nap', type: 'sleep', until: '${input.until}' }]);

/** Waits for an event by the key in its input. */
export const expecting = definition('bench.expecting', [
  { id: 'go', type: 'event', names: ['bench.go'], correlate: '${input.key}' },
]);
