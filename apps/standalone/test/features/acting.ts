import {
  begin,
  eventually,
  echo,
  ended,
  failing,
  type Feature,
  history,
  refusal,
  register,
  run,
  slow,
  step,
  waits,
  whenever,
} from './feature.js';

const event = (id: string): object => ({ id, type: 'event', names: ['go'] });
const act = { waitMs: 20_000 };

/** What people do to instances and their steps. */
export const acting: Feature[] = [
  [
    'pause stops the clocks of what waits, resume lets them go on',
    async (world) => {
      const { client } = world;
      const id = await begin(world, { steps: [{ id: 'nap', type: 'sleep', for: '8s' }, echo('up', 'awake')] });
      await waits(world, id, 'nap', 'timer');
      await client.pause(id, { reason: 'lunch', by: 'ann' }, act);
      expect(await client.getInstance(id)).toMatchObject({ status: 'paused' });
      await new Promise((resolve) => setTimeout(resolve, 8_500)); // longer than it had left: the time is what is tested
      expect((await client.getInstance(id)).status).toBe('paused');
      await client.resume(id, {}, act);
      expect((await ended(world, id)).output).toBe('awake');
      const [resumed] = await history(world, id, 'instanceResumed');
      expect((resumed?.data as { pausedMs: number }).pausedMs).toBeGreaterThanOrEqual(8_500);
    },
  ],
  [
    'retry of a failed instance goes on from the failed steps and keeps what is done',
    async (world) => {
      const { client } = world;
      const gate = { id: 'gate', task: 'simulate', retry: { maxAttempts: 1 }, input: { failTimes: 1, output: 'open' } };
      const id = await begin(world, { steps: [echo('done', 1), gate, echo('after', '${steps.gate.output}')] });
      expect((await ended(world, id)).status).toBe('failed');
      await client.retry(id, { reason: 'mended', by: 'ann' }, act);
      expect(await ended(world, id)).toMatchObject({ status: 'completed', generation: 2, output: 'open' });
      expect((await history(world, id, 'stepScheduled')).map(({ path }) => path)).toEqual(['done', 'gate', 'gate', 'after']);
    },
  ],
  [
    'retry of one step with another input',
    async (world) => {
      const { client } = world;
      const id = await begin(world, { steps: [failing('x'), echo('y', '${steps.x.output}')] });
      await ended(world, id);
      await client.retryStep(id, { path: 'x', input: { output: 'by hand' } }, act);
      expect(await ended(world, id)).toMatchObject({ status: 'completed', output: 'by hand' });
    },
  ],
  [
    'a step is skipped with an output, completed, or cancelled by hand',
    async (world) => {
      const { client } = world;
      const document = { steps: [event('wait'), echo('after', '${steps.wait.output}')] };
      const at = async () => {
        const id = await begin(world, document);
        await waits(world, id, 'wait', 'event');
        return id;
      };
      const [skipped, completed, cancelled] = [await at(), await at(), await at()];
      await client.skipStep(skipped, { path: 'wait', output: 'skipped', by: 'ann', reason: 'no news' }, act);
      await client.completeStep(completed, { path: 'wait', output: 'completed' }, act);
      await client.cancelStep(cancelled, { path: 'wait' }, act);
      expect((await ended(world, skipped)).output).toBe('skipped');
      expect(await step(world, skipped, 'wait')).toMatchObject({ status: 'skipped', by: 'ann', why: 'no news' });
      expect((await ended(world, completed)).output).toBe('completed');
      expect((await ended(world, cancelled)).status).toBe('failed');
      expect(await refusal(client.skipStep(skipped, { path: 'wait' }))).toMatch(/^409 /);
      expect(await refusal(client.skipStep(skipped, { path: 'nothing' }))).toMatch(/^4(04|09|22) /);
    },
  ],
  [
    'completing a block by hand goes on with what it has',
    async (world) => {
      const { client } = world;
      const body = [{ id: 'x', task: 'simulate', input: { durationMs: '${item}', output: '${item}' } }];
      const id = await begin(world, { steps: [{ id: 'f', type: 'forEach', items: [0, 600_000], steps: body }] });
      await waits(world, id, 'f/1/x', 'running');
      await whenever(world, id, ({ steps }) => steps[0]?.counts?.completed === 1);
      await client.completeStep(id, { path: 'f' }, act);
      expect((await ended(world, id)).output).toEqual([0, null]);
    },
  ],
  [
    'cancel stops what runs and says who and why; a second one is refused',
    async (world) => {
      const { client } = world;
      const id = await begin(world, { steps: [slow('x')] });
      await waits(world, id, 'x', 'running');
      await client.cancel(id, { reason: 'changed my mind', by: 'ann' }, act);
      expect((await ended(world, id)).status).toBe('cancelled');
      const [closing] = await history(world, id, 'instanceClosing');
      expect(closing?.data).toMatchObject({ reason: 'changed my mind', by: 'ann' });
      expect(await refusal(client.cancel(id))).toMatch(/^409 /);
    },
  ],
  [
    'restart makes a new instance from a step on, with earlier outputs, on another version',
    async (world) => {
      const { client } = world;
      const name = await register(world, { steps: [echo('a', 'kept'), failing('b')] });
      const { id } = await client.startInstance({ definition: name });
      await ended(world, id);
      await client.registerDefinition({
        document: { name, version: '1.1.0', steps: [echo('a', 'new'), echo('b', '${steps.a.output}')] },
      });
      const { id: second } = await client.restart(id, { from: 'b', version: 'latest' });
      expect(await ended(world, second)).toMatchObject({ version: '1.1.0', output: 'kept', restartOf: id });
      expect((await client.getInstance(id)).restartedAs).toEqual([second]);
      const { id: third } = await client.restart(id, { version: '1.1.0' });
      expect((await ended(world, third)).output).toBe('new');
    },
  ],
  [
    'a bulk job acts on all that fit, tells what failed, and can be tried dry',
    async (world) => {
      const { client } = world;
      const definition = await register(world, { steps: [event('wait')] });
      const { items } = await client.startBatch(Array.from({ length: 30 }, () => ({ definition })));
      const ids = items.map(({ instance }) => instance?.id as string);
      await waits(world, ids[29] as string, 'wait', 'event');
      const [first] = ids as [string];
      await client.cancel(first, {}, act);
      await ended(world, first);
      expect(await client.tryBulk({ action: 'cancel', filter: { definition } })).toMatchObject({ dryRun: true });
      const { id } = await client.startBulk({ action: 'cancel', ids, reason: 'clean', by: 'ann' });
      const job = await eventually(async () => {
        const now = await client.getBulk(id);
        return now.endedAt === null ? undefined : now;
      });
      expect(job).toMatchObject({ status: 'completed', done: 29, failed: 1, failures: [{ id: first }] });
      for (const each of ids) expect((await ended(world, each)).status).toBe('cancelled');
    },
  ],
  [
    'retries come after their delay, with the attempts told one by one',
    async (world) => {
      const flaky = {
        id: 'x',
        task: 'simulate',
        retry: { maxAttempts: 3, delay: '100ms', jitter: 0 },
        input: { failTimes: 2, output: 'third' },
      };
      const id = await begin(world, { steps: [flaky] });
      expect((await ended(world, id)).output).toBe('third');
      expect(await step(world, id, 'x')).toMatchObject({
        attempt: 3,
        attempts: [{ status: 'failed' }, { status: 'failed' }, { status: 'completed' }],
      });
      expect((await run(world, { steps: [{ ...flaky, retry: 'none' }] })).status).toBe('failed');
    },
  ],
  [
    'an attempt that takes too long times out; a queue that nobody serves says so',
    async (world) => {
      const timedOut = await run(world, { steps: [slow('x', 60_000, { timeout: '500ms', retry: 'none' })] });
      expect(timedOut).toMatchObject({ status: 'failed', error: { code: 'TIMED_OUT' } });
      const unserved = { id: 'x', task: 'nobody.serves', queueTimeout: '1s' };
      expect(await run(world, { steps: [unserved] })).toMatchObject({ status: 'failed', error: { code: 'NO_WORKER' } });
      const open = await begin(world, { steps: [{ id: 'x', task: 'nobody.serves.either' }] });
      expect((await waits(world, open, 'x', 'no_worker')).text).toContain('nobody.serves.either');
      await world.client.cancel(open);
      expect((await ended(world, open)).status).toBe('cancelled');
    },
  ],
];
