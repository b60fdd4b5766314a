import { eventually, begin, ended, type Feature, history, refusal, run, step, waits, all } from './feature.js';

const event = (id: string, rest: object): object => ({ id, type: 'event', ...rest });
let key = 0;
const ownKey = (): string => `key-${process.pid}-${++key}`;

export const waiting: Feature[] = [
  [
    'sleep: goes on when the time has passed, and at once when it is in the past',
    async (world) => {
      const { output, startedAt, endedAt } = await run(world, {
        steps: [
          { id: 'past', type: 'sleep', until: '2020-01-01T00:00:00Z' },
          { id: 'short', type: 'sleep', for: '1500ms' },
          { id: 'end', type: 'set', values: { awake: true } },
        ],
      });
      expect(output).toEqual({ awake: true });
      expect(Date.parse(endedAt as string) - Date.parse(startedAt as string)).toBeGreaterThanOrEqual(1_500);
    },
  ],
  [
    'event: any of several, the filter lets only what fits through, the schema refuses the rest',
    async (world) => {
      const { client } = world;
      const schema = { type: 'object', required: ['cents'], properties: { cents: { type: 'integer' } } };
      const paid = event('paid', { names: ['paid', 'settled'], filter: '${event.payload.cents > 100}', schema });
      const id = await begin(world, { steps: [paid] });
      expect((await waits(world, id, 'paid', 'event')).text).toContain('paid');
      const little = await client.sendEventToInstance(
        id,
        { name: 'paid', payload: { cents: 5 }, id: 'little' },
        { waitMs: 20_000 },
      );
      expect(little.outcome).toBe('kept');
      const enough = { name: 'settled', payload: { cents: 500 }, id: 'enough' };
      expect(await client.sendEventToInstance(id, enough, { waitMs: 20_000 })).toMatchObject({
        outcome: 'matched',
        instances: [id],
      });
      const { status, output } = await ended(world, id);
      expect({ status, output }).toMatchObject({
        status: 'completed',
        output: { name: 'settled', payload: { cents: 500 }, id: 'enough' },
      });
      expect(await refusal(client.sendEventToInstance(id, { ...enough, id: 'late' }))).toMatch(/^409 /);
    },
  ],
  [
    'event: all of several, in any order; one that comes twice counts once',
    async (world) => {
      const { client } = world;
      const id = await begin(world, { steps: [event('both', { names: ['a', 'b'], match: 'all' })] });
      await waits(world, id, 'both', 'event');
      for (const each of ['1', '1', '1']) await client.sendEventToInstance(id, { name: 'b', payload: each, id: `b-${each}` });
      await client.sendEventToInstance(id, { name: 'a', payload: 2, id: 'a' });
      const { output } = await ended(world, id);
      expect(output).toMatchObject({ a: { payload: 2, id: 'a' }, b: { payload: '1', id: 'b-1' } });
    },
  ],
  [
    'event: early ones are kept for a wait that keeps, and not for one that drops',
    async (world) => {
      const { client } = world;
      const id = await begin(world, {
        steps: [
          { id: 'ready', type: 'event', names: ['ready'] },
          event('kept', { names: ['k'] }),
          event('dropped', { names: ['d'], early: 'drop' }),
        ],
      });
      await waits(world, id, 'ready', 'event');
      const early = async (name: string) =>
        (await client.sendEventToInstance(id, { name, payload: 'early' }, { waitMs: 20_000 })).outcome;
      expect([await early('k'), await early('d')]).toEqual(['kept', 'kept']);
      await client.sendEventToInstance(id, { name: 'ready' });
      await waits(world, id, 'dropped', 'event');
      await client.sendEventToInstance(id, { name: 'd', payload: 'in time' });
      expect((await ended(world, id)).output).toMatchObject({ name: 'd', payload: 'in time' });
      expect((await step(world, id, 'kept')).output).toMatchObject({ payload: 'early' });
    },
  ],
  [
    'event: times out with its value, or fails; 0s does not wait at all',
    async (world) => {
      const never = { names: ['never'], timeout: '0s' };
      const given = await run(world, { steps: [event('a', { ...never, timeoutValue: { by: 'default' } })] });
      expect(given).toMatchObject({ status: 'completed', output: { by: 'default' } });
      const failed = await run(world, { steps: [event('a', { names: ['never'], timeout: '700ms' })] });
      expect(failed).toMatchObject({ status: 'failed', error: { code: 'TIMED_OUT', path: 'a' } });
    },
  ],
  [
    'event: two hundred that race for one wait: one is taken, all others are kept',
    async (world) => {
      const { client } = world;
      const id = await begin(world, { steps: [event('one', { names: ['x'] }), event('stop', { names: ['stop'] })] });
      await waits(world, id, 'one', 'event');
      const sent = Array.from({ length: 200 }, (_, n) =>
        client.sendEventToInstance(id, { name: 'x', payload: n, id: `x-${n}` }, { waitMs: 0 }),
      );
      await Promise.all(sent);
      await waits(world, id, 'stop', 'event');
      await client.sendEventToInstance(id, { name: 'stop' });
      await ended(world, id);
      expect(await history(world, id, 'eventTaken')).toHaveLength(2);
      expect((await client.getInstance(id)).keptEvents).toBe(199);
    },
  ],
  [
    'event by key: one nobody waits for is kept, and taken by the first that does, and no other',
    async (world) => {
      const { client } = world;
      const correlate = ownKey();
      expect(
        await client.sendEvent({ name: 'paid', key: correlate, payload: 7, id: correlate }, { waitMs: 20_000 }),
      ).toMatchObject({
        outcome: 'kept',
        instances: [],
      });
      const waiting = { steps: [event('paid', { names: ['paid'], correlate: '${input.key}' })] };
      expect(await run(world, waiting, { input: { key: correlate } })).toMatchObject({ output: { payload: 7, id: correlate } });
      const second = await begin(world, waiting, { input: { key: correlate } });
      await waits(world, second, 'paid', 'event');
      await client.cancel(second);
    },
  ],
  [
    'event by key: goes to everyone who waits for it',
    async (world) => {
      const correlate = ownKey();
      const waiting = { steps: [event('go', { names: ['go'], correlate: '${input.key}' })] };
      const start = { input: { key: correlate } };
      const ids = await Promise.all([begin(world, waiting, start), begin(world, waiting, start), begin(world, waiting, start)]);
      for (const id of ids) await waits(world, id, 'go', 'event');
      const sent = await world.client.sendEvent({ name: 'go', key: correlate, payload: 'all' }, { waitMs: 20_000 });
      expect(sent.outcome).toBe('matched');
      expect([...sent.instances].sort()).toEqual([...ids].sort());
      for (const id of ids) expect((await ended(world, id)).output).toMatchObject({ payload: 'all' });
    },
  ],
  [
    'event by key: one whose time has passed is listed as unmatched and can be bound by hand',
    async (world) => {
      const { client } = world;
      const [correlate, wrong] = [ownKey(), ownKey()];
      const id = await begin(world, { steps: [event('go', { names: ['go'], correlate })] });
      await waits(world, id, 'go', 'event');
      await client.sendEvent({ name: 'go', key: wrong, payload: 'lost', id: wrong, ttl: '1s' });
      const isListed = async (): Promise<boolean> =>
        (await all(client.listEvents({ status: 'unmatched' }))).some((each) => each.id === wrong);
      expect(await eventually(async () => (await isListed()) || undefined)).toBe(true);
      expect(await client.bindEvent(wrong, { instance: id, reason: 'wrong key' }, { waitMs: 20_000 })).toMatchObject({
        outcome: 'matched',
        instances: [id],
      });
      expect((await ended(world, id)).output).toMatchObject({ payload: 'lost' });
      expect(await isListed()).toBe(false);
    },
  ],
  [
    'events are answered alike when they are sent again',
    async (world) => {
      const { client } = world;
      const id = await begin(world, { steps: [event('go', { names: ['go'] }), event('more', { names: ['go'] })] });
      await waits(world, id, 'go', 'event');
      const send = () => client.sendEventToInstance(id, { name: 'go', payload: 1, id: 'same' }, { waitMs: 20_000 });
      const [first, again] = [await send(), await send()];
      expect(again).toEqual(first);
      await waits(world, id, 'more', 'event');
      await client.cancel(id);
      expect((await ended(world, id)).status).toBe('cancelled');
    },
  ],
];
