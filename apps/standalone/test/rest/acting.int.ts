import { jest } from '@jest/globals';
import { all, Product, refusal } from './product.js';

jest.setTimeout(60_000);

const flaky = { failTimes: 1, output: { ok: true } };
let product: Product;
beforeAll(async () => {
  product = await Product.open();
  const simulate = (id: string, input: object, rest: object = {}) => ({ id, task: 'simulate', input, retry: 'none', ...rest });
  const event = (id: string, rest: object = {}) => ({ id, type: 'event', names: [id], ...rest });
  await product.register('gate', [event('go'), { id: 'after', type: 'set', values: { went: true } }]);
  await product.register('sleeps', [
    { id: 'relative', type: 'sleep', for: '${input.for}', needs: [] },
    { id: 'absolute', type: 'sleep', until: '${input.until}', needs: [] },
  ]);
  await product.register('overdue', [event('go')], { timeout: '300ms' });
  await product.register('broken', [
    simulate('first', { output: { first: 1 } }),
    simulate('second', flaky),
    simulate('third', { output: '${ctx}' }),
  ]);
  await product.register('choosy', [
    {
      id: 'check',
      task: 'script',
      retry: 'none',
      input: { code: 'if (args.bad) throw new Error("bad"); return args', args: '${input}' },
    },
  ]);
  await product.register('slow', [simulate('work', { duration: '1h' }, { allowFailure: true, onCancel: 'wait' })]);
  const undo = { task: 'simulate', input: { output: 'undone' } };
  await product.register('booking', [simulate('book', {}, { compensate: undo }), event('go')]);
  await product.register('many', [{ id: 'each', type: 'forEach', items: [1, 2, 3], steps: [event('go')] }]);
}, 60_000);
afterAll(() => product.close());

/** Resolves when this much time of the product's own clocks is over. */
const pass = async (ms: number): Promise<void> => {
  await product.end(await product.start('sleeps', { for: `${ms}ms`, until: new Date(0).toISOString() }));
};
const failed = async (definition: string, input: Parameters<Product['start']>[1] = {}): Promise<string> => {
  const id = await product.start(definition, input);
  expect((await product.end(id)).status).toBe('failed');
  return id;
};
const typesOf = async (id: string): Promise<string[]> => (await all(product.client.history(id))).map(({ type }) => type);

describe('pause', () => {
  it('stops relative clocks and not absolute ones; resume lets the rest of the time pass', async () => {
    const id = await product.start('sleeps', { for: '400ms', until: new Date(Date.now() + 400).toISOString() });
    await product.waitsFor(id, 'timer');
    expect(await product.client.pause(id, { by: 'ada', reason: 'lunch' })).toMatchObject({
      status: 'paused',
      outcome: 'applied',
    });
    await pass(600);
    const paused = await product.client.getInstance(id);
    expect(paused.status).toBe('paused');
    expect(paused.waitingFor.map(({ path, reason, text }) => [path, reason, text])).toEqual([
      ['', 'paused', 'paused by ada: lunch'],
      ['relative', 'timer', 'sleeps'],
    ]);
    expect(paused.waitingFor[1]!.until).toBeUndefined();
    const resumedAt = Date.now();
    await product.client.resume(id);
    const ended = await product.end(id);
    expect(ended.status).toBe('completed');
    expect(Date.now() - resumedAt).toBeLessThan(5_000);
    const { scheduledAt, endedAt } = await product.step(id, 'relative');
    expect(
      Date.parse(endedAt!) - (scheduledAt === null ? Date.parse(ended.startedAt!) : Date.parse(scheduledAt)),
    ).toBeGreaterThan(900);
  });

  it('stops the time-out of the instance', async () => {
    const id = await product.start('overdue');
    await product.waitsFor(id, 'event');
    await product.client.pause(id);
    await pass(500);
    expect((await product.client.getInstance(id)).status).toBe('paused');
    await product.client.resume(id);
    expect((await product.end(id)).status).toBe('timed_out');
  });

  it('lets nothing new start, and takes in what comes', async () => {
    const id = await product.start('gate');
    await product.waitsFor(id, 'event');
    await product.client.pause(id);
    expect(await product.client.sendEventToInstance(id, { name: 'go' })).toMatchObject({ outcome: 'matched' });
    expect(await product.client.getInstance(id)).toMatchObject({
      status: 'paused',
      steps: [{ status: 'completed' }, { status: 'pending' }],
    });
    await product.client.resume(id);
    expect((await product.end(id)).output).toEqual({ went: true });
  });

  it('is not possible twice, nor resume of one that is not paused', async () => {
    const id = await product.start('gate');
    await product.waitsFor(id, 'event');
    expect(await refusal(product.client.resume(id))).toMatchObject({ status: 409, code: 'ACTION_NOT_POSSIBLE' });
    await product.client.pause(id);
    expect(await refusal(product.client.pause(id))).toMatchObject({ status: 409, code: 'ACTION_NOT_POSSIBLE' });
    expect(await product.client.cancel(id, { reason: 'enough' })).toMatchObject({ outcome: 'applied' });
    expect((await product.end(id)).status).toBe('cancelled');
  });
});

describe('retry', () => {
  it('goes on from the failed steps in a new generation and keeps what was completed', async () => {
    const id = await failed('broken');
    expect(await product.client.retry(id, { by: 'ada', reason: 'repaired' })).toMatchObject({ outcome: 'applied' });
    expect(await product.end(id)).toMatchObject({ status: 'completed', generation: 2, output: { first: 1, ok: true } });
    expect(await product.step(id, 'first')).toMatchObject({ attempt: 1 });
    expect(await product.step(id, 'second')).toMatchObject({
      attempt: 2,
      attempts: [{ status: 'failed' }, { status: 'completed' }],
    });
    expect(await refusal(product.client.retry(id))).toMatchObject({ status: 409 });
  });

  it('of one step with another input runs it with that', async () => {
    const id = await failed('choosy', { bad: true });
    await product.client.retryStep(id, { path: 'check', input: { code: 'return args', args: { good: 1 } }, by: 'ada' });
    expect(await product.end(id)).toMatchObject({ status: 'completed', output: { good: 1 } });
  });

  it('of a step that is not there, or not to be retried, says so', async () => {
    const id = await failed('broken');
    const refused = await refusal(product.client.retryStep(id, { path: 'fourth' }));
    expect(refused).toMatchObject({ status: 404, code: 'STEP_NOT_FOUND', errors: [{ path: '/path' }] });
    expect(await refusal(product.client.retryStep(id, { path: 'first' }))).toMatchObject({
      status: 409,
      code: 'ACTION_NOT_POSSIBLE',
      errors: [{ path: '/path', message: expect.stringContaining('first is completed') as string }],
    });
  });
});

describe('one step', () => {
  it('that failed is skipped with an output given by hand', async () => {
    const id = await failed('broken');
    await product.client.skipStep(id, { path: 'second', output: { byHand: 7 }, by: 'ada', reason: 'done on paper' });
    expect(await product.end(id)).toMatchObject({ status: 'completed', output: { first: 1, byHand: 7 } });
    expect(await product.step(id, 'second')).toMatchObject({
      status: 'skipped',
      because: 'hand',
      by: 'ada',
      why: 'done on paper',
    });
  });

  it('that waits is completed by hand', async () => {
    const id = await product.start('gate');
    await product.waitsFor(id, 'event');
    await product.client.completeStep(id, { path: 'go', output: { name: 'go' }, by: 'ada' });
    expect((await product.end(id)).status).toBe('completed');
    expect(await product.step(id, 'go')).toMatchObject({
      status: 'completed',
      output: { name: 'go' },
      because: 'hand',
      by: 'ada',
    });
  });

  it('that is a block is completed with what it has', async () => {
    const id = await product.start('many');
    await product.when(id, ({ waitingFor }) => waitingFor.length === 3);
    await product.client.completeStep(id, { path: 'each/1/go', output: 'one' });
    await product.client.completeStep(id, { path: 'each' });
    expect(await product.end(id)).toMatchObject({ status: 'completed', output: [null, 'one', null] });
    expect(await product.step(id, 'each')).toMatchObject({ counts: { total: 3, completed: 1, failed: 0, cancelled: 2 } });
  });

  it('that runs is cancelled, and its worker told', async () => {
    const id = await product.start('slow');
    await product.waitsFor(id, 'running');
    await product.client.cancelStep(id, { path: 'work', reason: 'hangs' });
    expect(await product.end(id)).toMatchObject({ status: 'completed' });
    expect(await product.step(id, 'work')).toMatchObject({ status: 'cancelled' });
  });

  it('that is over, or not begun, is refused with how it is', async () => {
    const id = await product.start('gate');
    await product.waitsFor(id, 'event');
    expect(await refusal(product.client.completeStep(id, { path: 'after' }))).toMatchObject({
      status: 409,
      code: 'ACTION_NOT_POSSIBLE',
      errors: [{ path: '/path', message: expect.stringContaining('after is pending') as string }],
    });
    await product.client.skipStep(id, { path: 'after' });
    for (const act of ['cancelStep', 'skipStep', 'completeStep'] as const)
      expect(await refusal(product.client[act](id, { path: 'after' }))).toMatchObject({
        errors: [{ message: expect.stringContaining('after is skipped') as string }],
      });
    await product.client.cancel(id);
  });
});

describe('cancel', () => {
  it('undoes what was completed when it is told to', async () => {
    const id = await product.start('booking');
    await product.waitsFor(id, 'event');
    await product.client.cancel(id, { compensate: true, reason: 'sold out', by: 'ada' });
    expect(await product.end(id)).toMatchObject({ status: 'compensated' });
    expect(await product.step(id, 'book')).toMatchObject({ status: 'compensated' });
    const plain = await product.start('booking');
    await product.waitsFor(plain, 'event');
    await product.client.cancel(plain);
    expect(await product.end(plain)).toMatchObject({ status: 'cancelled' });
  });
});

describe('restart', () => {
  it('makes a new instance from a step on the newest version, and keeps earlier outputs', async () => {
    const id = await failed('broken');
    const better = {
      name: 'broken',
      version: '1.1.0',
      steps: [
        { id: 'first', task: 'simulate', input: { output: 'not run again' } },
        { id: 'second', type: 'set', values: { from: '${steps.first.output}' } },
      ],
    };
    await product.client.registerDefinition({ document: better });
    const started = await product.client.restart(id, { from: 'second', version: 'latest', reason: 'fixed', by: 'ada' });
    expect(started).toMatchObject({ definition: 'broken', version: '1.1.0' });
    expect(started.id).not.toBe(id);
    expect(await product.end(started.id)).toMatchObject({ status: 'completed', output: { from: { first: 1 } }, restartOf: id });
    expect(await typesOf(started.id)).not.toContain('stepScheduled');
    expect((await product.client.getInstance(id)).restartedAs).toEqual([started.id]);
  });

  it('of the whole runs all of it with another input, on the same version', async () => {
    const id = await failed('choosy', { bad: true });
    const started = await product.client.restart(id, { input: { bad: false } });
    expect(await product.end(started.id)).toMatchObject({ status: 'completed', version: '1.0.0', output: { bad: false } });
  });

  it('from a step or version that is not there says so', async () => {
    const id = await failed('choosy', { bad: true });
    expect(await refusal(product.client.restart(id, { from: 'nothing' }))).toMatchObject({
      status: 409,
      code: 'RESTART_NOT_POSSIBLE',
    });
    expect(await refusal(product.client.restart(id, { version: '9.9.9' }))).toMatchObject({
      status: 404,
      code: 'VERSION_NOT_FOUND',
    });
  });
});
