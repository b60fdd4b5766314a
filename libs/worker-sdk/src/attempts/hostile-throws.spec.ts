import { pino } from 'pino';
import { failureSchema } from '#libs/contracts';
import { TaskFailure } from '../handlers/task-failure.js';
import { command } from '../testing/scripted-owner.js';
import { type Harness, startWorker } from '../testing/worker-harness.js';
import { failureOf } from './failure-of.js';

const no = (): never => {
  throw new Error('do not look');
};
const looked = (...members: string[]): object =>
  Object.defineProperties(new Error('seen'), Object.fromEntries(members.map((name) => [name, { get: no }])));
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const withMembers = (members: object): object => Object.assign(new TaskFailure('NO', 'no'), members);

/** What handlers may throw; those who write JavaScript may put anything anywhere. */
const thrown: [what: string, value: unknown][] = [
  ['null', null],
  ['undefined', undefined],
  ['a string', 'text'],
  ['a symbol', Symbol('s')],
  ['a bigint', 1n],
  ['a function that is no text', Object.assign(() => 1, { toString: no })],
  ['an object without prototype', Object.create(null)],
  ['a frozen object', Object.freeze({ message: 'cold' })],
  ['a frozen error', Object.freeze(new Error('cold'))],
  ['a getter message that throws', looked('message')],
  ['getters that throw', looked('message', 'code', 'name', 'stack', 'constructor', 'cause')],
  ['a stack that is no string', Object.assign(new Error('odd'), { stack: { deep: [1] } })],
  ['a message that is no string', Object.assign(new Error('odd'), { message: { toString: no } })],
  ['a cause that is itself', Object.defineProperty(new Error('round'), 'cause', { get: no })],
  ['a revoked proxy', revoked()],
  ['a failure without code', withMembers({ code: undefined })],
  ['a failure whose code is a number', withMembers({ code: 402, message: 7 })],
  ['a failure that is retryable in a word', withMembers({ retryable: 'yes' })],
  ['a failure whose details throw nothing printable', withMembers({ details: { toJSON: () => { throw Object.create(null); } } })],
]; // prettier-ignore

describe('whatever a handler throws', () => {
  it.each(thrown)('is a failure that can be sent: %s', (_what, value) => {
    for (const abortedFor of [undefined, 'cancelled', 'timeout', 'shutdown'] as const)
      expect(failureSchema.safeParse(failureOf(value, abortedFor))).toMatchObject({ success: true });
  });

  describe('and whatever its logger makes of it', () => {
    let harness: Harness;
    afterEach(() => harness.close());

    it.each([
      ['at once', (value: unknown) => { throw value; }],
      ['later', (value: unknown) => Promise.reject(value as Error)],
    ] as const)('fails its own attempt and nothing else: thrown %s', async (_when, raise) => {
      const lines: string[] = [];
      const logger = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
      harness = await startWorker((tasks) => tasks.register('hostile', (n) => raise(thrown[n as number]![1])), { logger });
      await harness.owner.send(thrown.map((_, n) => command({ token: n + 1, task: 'hostile', input: n })));
      const failed = await harness.owner.received('failed', thrown.length);
      expect(failed.map(({ token }) => token).sort((a, b) => a - b)).toEqual(thrown.map((_, n) => n + 1));
      expect(lines.filter((line) => line.includes('the handler of a task threw')).length).toBe(
        thrown.filter(([what]) => !what.startsWith('a failure')).length,
      );
    }); // prettier-ignore
  });
});
