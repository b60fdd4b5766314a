import { z } from 'zod';
import { defineTask } from '../handlers/task-contract.js';
import { AttemptAborted, InjectedFailure, TaskFailure } from '../handlers/task-failure.js';
import { command } from '../testing/scripted-owner.js';
import { type Harness, startWorker } from '../testing/worker-harness.js';
import { failureOf } from './failure-of.js';
import { maxOutputBytes, outputOf } from './output-of.js';

describe('outputOf', () => {
  it.each([
    [undefined, 'null'],
    [null, 'null'],
    [{ a: undefined, b: 1 }, '{"b":1}'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['text', '"text"'],
  ])('turns %p into JSON', (result, text) => {
    expect(outputOf(result)).toEqual({ text });
  });

  it.each([
    ['a\0b', '"a\uFFFDb"'],
    [{ n: Number.NaN }, '{"n":null}'],
    [{ n: 2 ** 60 }, '{"n":"1152921504606846976"}'],
    [{ n: 12345678901234567890n }, '{"n":"12345678901234567890"}'],
    ['\uD800', '"\uFFFD"'],
  ])('replaces what PostgreSQL could not store, and notes it: %p', (result, text) => {
    expect(outputOf(result)).toEqual({ text, note: expect.stringContaining('replaced') });
  });

  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const throwing = {
    toJSON(): never {
      throw new Error('not me');
    },
  };
  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a cycle', cyclic],
    ['a throwing toJSON', throwing],
  ])('refuses %s', (_what, result) => {
    expect(outputOf(result)).toMatchObject({ failure: { code: 'OUTPUT_INVALID', retryable: false } });
  });

  it('notes an output of more than 256 KiB', () => {
    expect(outputOf('x'.repeat(256 * 1024 - 2))).not.toHaveProperty('note');
    expect(outputOf('x'.repeat(256 * 1024 - 1))).toMatchObject({ note: expect.stringContaining('262145 bytes') as string });
    expect(outputOf('\0'.repeat(256 * 1024))).toMatchObject({
      note: expect.stringMatching(/U\+0000.*; a large output/s) as string,
    });
  });

  it('takes an output of exactly 2 MiB, and refuses one byte more', () => {
    expect(outputOf('x'.repeat(maxOutputBytes - 2))).toHaveProperty('text');
    expect(outputOf('x'.repeat(maxOutputBytes - 1))).toMatchObject({ failure: { code: 'OUTPUT_TOO_LARGE', retryable: false } });
    expect(outputOf('é'.repeat(maxOutputBytes / 2))).toHaveProperty('failure'); // bytes, not characters
  });
});

describe('failureOf', () => {
  it.each([
    [new TaskFailure('NO', 'no', { a: 1 }), { code: 'NO', message: 'no', details: { a: 1 }, retryable: false }],
    [new TaskFailure('LATER', 'later', undefined, true), { code: 'LATER', message: 'later', retryable: true }],
    [new Error('oops'), { code: 'TASK_FAILED', message: 'oops', retryable: true }],
    [Object.assign(new Error('gone'), { code: 'ECONNRESET' }), { code: 'ECONNRESET', message: 'gone', retryable: true }],
    [Object.assign(new Error('sql'), { code: 23505 }), { code: 'TASK_FAILED', message: 'sql', retryable: true }],
    [new TaskFailure('CHAOS_FAULT', 'mine'), { code: 'TASK_FAILED', message: 'mine', retryable: false }],
    [new TaskFailure('WORKER_LOST', 'mine'), { code: 'TASK_FAILED', message: 'mine', retryable: false }],
    [Object.assign(new Error('mine'), { code: 'HEARTBEAT_LOST' }), { code: 'TASK_FAILED', message: 'mine', retryable: true }],
    [new InjectedFailure('chaos'), { code: 'CHAOS_FAULT', message: 'chaos', retryable: true }],
    ['text', { code: 'TASK_FAILED', message: 'the handler threw a string: text', retryable: true }],
    [null, { code: 'TASK_FAILED', message: 'the handler threw null', retryable: true }],
    [undefined, { code: 'TASK_FAILED', message: 'the handler threw a undefined: undefined', retryable: true }],
    [new TaskFailure('', 'x'), { code: 'TASK_FAILED', message: 'x', retryable: false }],
    [new TaskFailure('A\0', 'b\uD800'), { code: 'A\uFFFD', message: 'b\uFFFD', retryable: false }],
  ])('makes a storable failure of %p', (thrown, expected) => {
    expect(failureOf(thrown)).toEqual(expected);
  });

  it('bounds code, message and details', () => {
    const failure = failureOf(new TaskFailure('C'.repeat(500), 'm'.repeat(100_000), 'd'.repeat(100_000)));
    expect([failure.code.length, failure.message.length]).toEqual([200, 8_192]);
    expect(failure.details).toEqual({ omitted: expect.stringContaining('bytes') });
  });

  it('takes an abort for what it was', () => {
    expect(failureOf(new AttemptAborted('cancelled'), 'cancelled')).toMatchObject({ code: 'CANCELLED', retryable: false });
    expect(failureOf(new DOMException('x', 'AbortError'), 'timeout')).toMatchObject({ code: 'TIMED_OUT', retryable: true });
    expect(failureOf(new DOMException('x', 'AbortError'))).toMatchObject({ code: 'TASK_FAILED' });
  });
});

describe('a task with a contract', () => {
  let harness: Harness;
  afterEach(() => harness.close());

  const Double = defineTask('double', {
    input: z.strictObject({ n: z.number().default(21) }),
    output: z.object({ twice: z.number() }),
  });

  it('gets its input as the schema made it', async () => {
    harness = await startWorker((tasks) => tasks.register(Double, ({ n }) => ({ twice: 2 * n })));
    await harness.owner.send([command({ task: 'double', input: {} })]);
    expect((await harness.owner.received('completed'))[0]).toMatchObject({ output: { twice: 42 } });
  });

  it('is not run with an input that breaks it', async () => {
    let runs = 0;
    harness = await startWorker((tasks) => tasks.register(Double, () => ({ twice: (runs += 1) })));
    await harness.owner.send([command({ task: 'double', input: { n: 'two' } })]);
    expect((await harness.owner.received('failed'))[0]!.failure).toMatchObject({
      code: 'INPUT_INVALID',
      retryable: false,
      details: [{ path: '/n', message: expect.any(String) }],
    });
    expect(runs).toBe(0);
  });

  it('fails with an output that breaks it', async () => {
    harness = await startWorker((tasks) => tasks.register(Double, () => ({ thrice: 3 }) as never));
    await harness.owner.send([command({ task: 'double', input: {} })]);
    expect((await harness.owner.received('failed'))[0]!.failure).toMatchObject({ code: 'OUTPUT_INVALID', retryable: false });
  });

  it('fails one item, not the envelope', async () => {
    harness = await startWorker((tasks) => tasks.register(Double, ({ n }) => ({ twice: 2 * n })));
    await harness.owner.send([
      command({ token: 1, task: 'double', input: { n: 1 } }),
      command({ token: 2, task: 'double', input: 'bad' }),
      command({ token: 3, task: 'double', input: { n: 3 } }),
    ]);
    expect((await harness.owner.received('completed', 2)).map((item) => item.token)).toEqual([1, 3]);
    expect((await harness.owner.received('failed')).map((item) => item.token)).toEqual([2]);
  });
});
