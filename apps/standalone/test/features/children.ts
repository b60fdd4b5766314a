import {
  all,
  eventually,
  begin,
  childOf,
  echo,
  ended,
  failing,
  type Feature,
  register,
  run,
  slow,
  step,
  waits,
} from './feature.js';

let number = 0;
const ownKey = (): string => `child-${process.pid}-${++number}`;
const calls = (workflow: string, rest: object = {}) => ({
  steps: [{ id: 'call', type: 'workflow', workflow, retry: { maxAttempts: 1 }, ...rest }],
});

export const children: Feature[] = [
  [
    'workflow: the version range chooses the child, its output is that of the step, and both know one another',
    async (world) => {
      const { client } = world;
      const name = await register(world, { version: '1.0.0', steps: [echo('v', 'one')] });
      for (const version of ['1.4.0', '2.0.0'])
        await client.registerDefinition({ document: { name, version, steps: [echo('v', { version, got: '${input.n}' })] } });
      const id = await begin(world, calls(name, { version: '^1.0.0', input: { n: 5 } }));
      expect((await ended(world, id)).output).toEqual({ version: '1.4.0', got: 5 });
      const child = await childOf(world, id);
      expect(await client.getInstance(child)).toMatchObject({
        version: '1.4.0',
        parent: id,
        parentStep: { instance: id, path: 'call' },
      });
      expect((await run(world, calls(name, { input: { n: 6 } }))).output).toEqual({ version: '2.0.0', got: 6 });
      const newer = { name, version: '2.1.0', steps: [echo('v', { version: '2.1.0' })] };
      await client.registerDefinition({ document: newer }, { activate: false });
      expect((await run(world, calls(name, { input: { n: 7 } }))).output).toEqual({ version: '2.0.0', got: 7 });
      expect((await run(world, calls(name, { version: 'latest' }))).output).toEqual({ version: '2.1.0' });
    },
  ],
  [
    'workflow: a child that fails, or that nobody knows, fails the step; each retry is a new child',
    async (world) => {
      const name = await register(world, { steps: [failing('x', 'CHILD_WAS_BAD')] });
      expect(await run(world, calls(name))).toMatchObject({ status: 'failed', error: { code: 'CHILD_FAILED', path: 'call' } });
      expect((await run(world, calls('nobody.knows'))).status).toBe('failed');
      const id = await begin(world, calls(name, { retry: { maxAttempts: 3, delay: '10ms' } }));
      await ended(world, id);
      expect((await step(world, id, 'call')).attempt).toBe(3);
    },
  ],
  [
    'workflow: with a key the step attaches to the instance that has it, running or ended',
    async (world) => {
      const { client } = world;
      const key = ownKey();
      const name = await register(world, { steps: [{ id: 'e', type: 'event', names: ['go'] }] });
      const keyed = calls(name, { key });
      const [a, b] = await Promise.all([begin(world, keyed), begin(world, keyed)]);
      await waits(world, a as string, 'call', 'child');
      await waits(world, b as string, 'call', 'child');
      const child = await eventually(async () => (await all(client.listInstances({ key })))[0]?.id);
      await waits(world, child as string, 'e', 'event');
      expect(await all(client.listInstances({ key }))).toHaveLength(1);
      await client.sendEventToInstance(child as string, { name: 'go', payload: 1 });
      for (const id of [a, b] as string[]) expect((await ended(world, id)).output).toMatchObject({ payload: 1 });
      expect((await run(world, keyed)).output).toMatchObject({ payload: 1 });
    },
  ],
  [
    'workflow: a detached child is only started; the parent ends before it',
    async (world) => {
      const { client } = world;
      const name = await register(world, { steps: [{ id: 'e', type: 'event', names: ['go'] }] });
      const { status, output } = await run(world, calls(name, { detached: true }));
      expect(status).toBe('completed');
      const child = (output as { id: string }).id;
      await waits(world, child, 'e', 'event');
      await client.sendEventToInstance(child, { name: 'go' });
      expect((await ended(world, child)).status).toBe('completed');
    },
  ],
  [
    'workflow: cancelling the parent cancels the child, unless the step lets it go on',
    async (world) => {
      const name = await register(world, { steps: [slow('x')] });
      for (const [onParentClose, status] of [
        ['cancel', 'cancelled'],
        ['abandon', 'running'],
      ] as const) {
        const id = await begin(world, calls(name, { onParentClose }));
        const child = await childOf(world, id);
        await waits(world, id, 'call', 'child');
        await waits(world, child, 'x', 'running');
        await world.client.cancel(id, { reason: 'enough' });
        expect((await ended(world, id)).status).toBe('cancelled');
        if (status === 'cancelled') expect((await ended(world, child)).status).toBe('cancelled');
        else expect((await world.client.getInstance(child)).endedAt).toBeNull();
        await world.client.cancel(child).catch(() => undefined);
      }
    },
  ],
  [
    'workflow: a child that is cancelled fails the step of its parent',
    async (world) => {
      const name = await register(world, { steps: [slow('x')] });
      const id = await begin(world, calls(name));
      const child = await childOf(world, id);
      await waits(world, id, 'call', 'child');
      await world.client.cancel(child);
      expect(await ended(world, id)).toMatchObject({ status: 'failed', error: { path: 'call' } });
    },
  ],
  [
    'workflow: a child that takes too long is cancelled, and the step times out',
    async (world) => {
      const name = await register(world, { steps: [slow('x')] });
      const id = await begin(world, calls(name, { timeout: '1s' }));
      expect(await ended(world, id)).toMatchObject({ status: 'failed', error: { code: 'TIMED_OUT' } });
      const child = await childOf(world, id);
      expect((await ended(world, child)).status).toBe('cancelled');
    },
  ],
  [
    'workflow: a definition that starts itself goes down to depth 100 and no further',
    async (world) => {
      const { client } = world;
      const name = await register(world, { steps: [] });
      const deeper = {
        id: 'd',
        type: 'workflow',
        workflow: name,
        when: '${input.left > 0}',
        input: { left: '${input.left - 1}' },
        retry: { maxAttempts: 1 },
      };
      await client.registerDefinition({
        document: {
          name,
          version: '2.0.0',
          steps: [deeper, echo('level', '${1 + (steps.d.output == null ? 0 : steps.d.output)}')],
        },
      });
      const { id } = await client.startInstance({ definition: name, input: { left: 100 } });
      expect((await ended(world, id)).output).toBe(101);
      const tooDeep = await client.startInstance({ definition: name, input: { left: 101 } });
      expect((await ended(world, tooDeep.id)).status).toBe('failed');
    },
  ],
];
