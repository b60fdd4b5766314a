import { TaskFailure } from '#libs/worker-sdk';
import { simulate, simulateContract, type SimulateInput } from './simulate.js';

const step = (attempt = 1, signal = new AbortController().signal) => ({ attempt, signal });

async function parsed(input: unknown): Promise<SimulateInput> {
  const result = await simulateContract.input!['~standard'].validate(input);
  if (result.issues !== undefined) throw new Error(result.issues[0]!.message);
  return result.value;
}

it('returns its output, null by default, also without any input', async () => {
  expect(await simulate(await parsed({ output: { a: 1 } }), step())).toEqual({ a: 1 });
  expect(await simulate(await parsed({}), step())).toBeNull();
  expect(await simulate(await parsed(null), step())).toBeNull();
});

it.each([
  [{ durationMs: 30 }, 30],
  [{ duration: '30ms' }, 30],
  [{ duration: { min: '20ms', max: 40 } }, 30],
])('takes as long as it was told: %j', async (input, ms) => {
  const begunAt = performance.now();
  await simulate(await parsed(input), step(), () => 0.5);
  expect(performance.now() - begunAt).toBeGreaterThanOrEqual(ms - 2); // timers may be early by a fraction
});

it('fails the first attempts, then succeeds', async () => {
  const input = await parsed({ failTimes: 2, output: 'ok' });
  await expect(simulate(input, step(1))).rejects.toMatchObject({ code: 'SIMULATED', retryable: true });
  await expect(simulate(input, step(2))).rejects.toThrow(TaskFailure);
  expect(await simulate(input, step(3))).toBe('ok');
});

it('fails by chance, as often as it was told', async () => {
  const input = await parsed({ failureRate: 0.3 });
  await expect(simulate(input, step(), () => 0.29)).rejects.toThrow(TaskFailure);
  expect(await simulate(input, step(), () => 0.3)).toBeNull();
  expect(await simulate(await parsed({ failureRate: 0 }), step(), () => 0)).toBeNull();
});

it('fails as it was told', async () => {
  const input = await parsed({ failTimes: 1, failWith: { code: 'CARD_DECLINED', message: 'no money', retryable: false } });
  await expect(simulate(input, step())).rejects.toMatchObject({ code: 'CARD_DECLINED', message: 'no money', retryable: false });
});

it('ends at once when its step is aborted', async () => {
  const abort = new AbortController();
  const pending = simulate(await parsed({ duration: '1h' }), step(1, abort.signal));
  abort.abort(new Error('cancelled'));
  await expect(pending).rejects.toThrow();
});

it.each([
  { duration: 'soon' },
  { duration: '25h' },
  { duration: { min: 5, max: 1 } },
  { durationMs: -1 },
  { failureRate: 2 },
  { failTimes: 1.5 },
  { other: 1 },
  'text',
])('refuses %j', async (input) => {
  await expect(parsed(input)).rejects.toThrow();
});
