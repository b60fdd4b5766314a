import amqp from 'amqplib';
import { eventually, all, begin, echo, ended, type Feature, history, run, slow, step, waits } from './feature.js';

const set = (id: string, values: object, rest: object = {}): object => ({ id, type: 'set', values, ...rest });
let number = 0;
const ownName = (): string => `own-${process.pid}-${++number}`;

/** Locks, values, emits, scripts: what steps do beside running tasks. */
export const handlers: Feature[] = [
  [
    'lock: instances hold it one after the other, in the order in which they asked, with a growing fence',
    async (world) => {
      const key = ownName();
      const document = { steps: [{ id: 'l', type: 'lock', key, steps: [slow('work', 300)] }] };
      const ids: string[] = [];
      for (let n = 0; n < 4; n++) {
        ids.push(await begin(world, document));
        const hasAsked = async () => (await history(world, ids[n] as string, 'lockRequested'))[0];
        expect(await eventually(hasAsked)).toBeDefined();
      }
      const ends = await Promise.all(ids.map((id) => ended(world, id)));
      expect(ends.map(({ status }) => status)).toEqual(Array(4).fill('completed'));
      const spans = await Promise.all(
        ids.map(async (id) => {
          const events = await history(world, id);
          const granted = events.find(({ type }) => type === 'lockGranted');
          const released = events.find(({ type, path }) => type === 'stepCompleted' && path === 'l');
          return { fence: (granted?.data as { fence: number }).fence, from: granted?.at as string, to: released?.at as string };
        }),
      );
      for (const [n, span] of spans.slice(1).entries()) {
        expect(span.fence).toBeGreaterThan(spans[n]?.fence as number);
        expect(span.from >= (spans[n]?.to as string)).toBe(true);
      }
    },
  ],
  [
    'lock: says who holds it, is free again when its holder is cancelled, times out, lets in as many as its limit, and its own instance twice',
    async (world) => {
      const { client } = world;
      const key = ownName();
      const lock = (rest: object = {}) => ({ steps: [{ id: 'l', type: 'lock', key, steps: [slow('work')], ...rest }] });
      const holder = await begin(world, lock());
      await waits(world, holder, 'l/body/work', 'running');
      const next = await begin(world, lock({ steps: [echo('in', 'mine')] }));
      expect((await waits(world, next, 'l', 'lock')).text).toContain(holder);
      expect(await run(world, lock({ timeout: '500ms' }))).toMatchObject({ status: 'failed', error: { code: 'TIMED_OUT' } });
      await client.cancel(holder);
      expect((await ended(world, next)).output).toBe('mine');
      const twice = lock({ steps: [{ id: 'again', type: 'lock', key, steps: [echo('in', 'twice')] }] });
      expect((await run(world, twice)).output).toBe('twice');
      const two = { key: ownName(), limit: 2 };
      const [a, b, c] = await Promise.all([begin(world, lock(two)), begin(world, lock(two)), begin(world, lock(two))]);
      const ids = [a, b, c] as string[];
      const reasons = async () => {
        const instances = await Promise.all(ids.map((id) => client.getInstance(id)));
        return instances
          .flatMap(({ waitingFor }) => waitingFor.map(({ reason }) => reason))
          .sort()
          .join();
      };
      expect(await eventually(async () => ((await reasons()) === 'lock,running,running' ? true : undefined))).toBe(true);
      for (const id of ids) await client.cancel(id);
    },
  ],
  [
    'set: values enter the context, tags the instance, which is found by them',
    async (world) => {
      const city = ownName();
      const document = {
        tags: { kind: 'test' },
        steps: [set('a', { total: '${input.total + 1}' }, { tags: { city, size: '${input.total}' } }), echo('b', '${ctx.total}')],
      };
      const { id, output, tags } = await run(world, document, { input: { total: 2 } });
      expect({ output, tags }).toMatchObject({ output: 3, tags: { kind: 'test', city, size: 2 } });
      expect((await all(world.client.listInstances({ tags: { city } }))).map((each) => each.id)).toEqual([id]);
    },
  ],
  [
    'emit: an event reaches an instance by its id, waiters by key, or is kept',
    async (world) => {
      const key = ownName();
      const byId = await begin(world, { steps: [{ id: 'w', type: 'event', names: ['hi'] }] });
      const byKey = await begin(world, { steps: [{ id: 'w', type: 'event', names: ['hi'], correlate: key }] });
      await waits(world, byId, 'w', 'event');
      await waits(world, byKey, 'w', 'event');
      const emit = (id: string, event: object) => ({ id, type: 'emit', event: { name: 'hi', payload: id, ...event } });
      const { output } = await run(world, {
        steps: [emit('one', { instance: byId }), emit('two', { key }), emit('three', { key: `${key}-nobody` })],
        output: '${[steps.one.output, steps.two.output, steps.three.output]}',
      });
      expect(output).toEqual([
        { matched: 1, kept: false },
        { matched: 1, kept: false },
        { matched: 0, kept: true },
      ]);
      expect((await ended(world, byId)).output).toMatchObject({ payload: 'one' });
      expect((await ended(world, byKey)).output).toMatchObject({ payload: 'two' });
    },
  ],
  [
    'emit: a message goes to an exchange of the broker; one that is not there, or is ours, is refused',
    async (world) => {
      const { amqpUrl } = world;
      const exchange = ownName();
      const emit = (to: string) => ({
        steps: [
          {
            id: 'e',
            type: 'emit',
            message: { exchange: to, routingKey: 'order.paid', headers: { shop: 7 }, body: { id: '${input.id}' } },
          },
        ],
      });
      expect(await run(world, emit(`${exchange}-none`), { input: { id: 'o-0' } })).toMatchObject({
        status: 'failed',
        error: { code: 'EMIT_REFUSED' },
      });
      expect(await run(world, emit('orquestra.partitions'), { input: { id: 'o-0' } })).toMatchObject({
        status: 'failed',
        error: { code: 'EMIT_REFUSED' },
      });
      if (amqpUrl === undefined) return;
      const connection = await amqp.connect(amqpUrl);
      try {
        const channel = await connection.createChannel();
        await channel.assertExchange(exchange, 'topic', { autoDelete: true });
        const { queue } = await channel.assertQueue('', { exclusive: true });
        await channel.bindQueue(queue, exchange, 'order.*');
        const message = new Promise<amqp.ConsumeMessage>(
          (resolve) => void channel.consume(queue, (each) => each && resolve(each), { noAck: true }),
        );
        expect(await run(world, emit(exchange), { input: { id: 'o-1' } })).toMatchObject({ status: 'completed', output: null });
        const { content, fields, properties } = await message;
        expect(JSON.parse(content.toString())).toEqual({ id: 'o-1' });
        expect([fields.routingKey, properties.headers?.['shop']]).toEqual(['order.paid', 7]);
      } finally {
        await connection.close();
      }
    },
  ],
  [
    'script: computes from its arguments, prints into the logs of its step, and fails the step when it throws',
    async (world) => {
      const script = (code: string) => ({ steps: [{ id: 's', task: 'script', input: { code, args: '${input}' } }] });
      const id = await begin(world, script('print("sum of", args.list.length); return args.list.reduce((a, b) => a + b, 0)'), {
        input: { list: [1, 2, 3] },
      });
      expect((await ended(world, id)).output).toBe(6);
      const line = await eventually(async () => (await all(world.client.logs(id, { path: 's' })))[0]);
      expect(line).toMatchObject({ path: 's', attempt: 1, text: 'sum of 3' });
      expect(await run(world, script('throw new Error("wrong")'))).toMatchObject({
        status: 'failed',
        error: { code: 'SCRIPT_ERROR' },
      });
      expect((await step(world, id, 's')).attempt).toBe(1);
    },
  ],
  [
    'http: calls the outside world, with one idempotency key for all attempts',
    async (world) => {
      const path = `/${ownName()}`;
      const call = { id: 'h', task: 'http', input: { method: 'POST', url: `${world.outside.url}${path}`, body: { a: 1 } } };
      expect((await run(world, { steps: [call] })).output).toMatchObject({ status: 200, body: { ok: true } });
      expect(world.outside.counts.get(path)).toBe(1);
    },
  ],
  [
    'atMostOnce: a step that may run once fails without a second run',
    async (world) => {
      const once = { id: 'o', task: 'simulate', effect: 'atMostOnce', retry: { maxAttempts: 1 }, input: { failTimes: 1 } };
      const id = await begin(world, { steps: [once] });
      expect(await ended(world, id)).toMatchObject({ status: 'failed', error: { code: 'SIMULATED' } });
      expect(await history(world, id, 'stepScheduled')).toHaveLength(1);
      expect(await history(world, id, 'stepClaimed')).toHaveLength(1);
    },
  ],
];
