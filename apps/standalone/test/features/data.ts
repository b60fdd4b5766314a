import { begin, echo, ended, failing, type Feature, history, refusal, run, step } from './feature.js';

export const data: Feature[] = [
  [
    'a payload over 64 KiB is referred to in the history and read back whole',
    async (world) => {
      const { client } = world;
      const text = 'x'.repeat(200_000);
      const id = await begin(
        world,
        { steps: [echo('big', { text: '${input.text}' }), echo('length', '${size(steps.big.output.text)}')] },
        { input: { text } },
      );
      expect((await ended(world, id)).output).toBe(200_000);
      const [completed] = await history(world, id, 'stepCompleted');
      const { output } = completed?.data as { output: { $payload: { sha256: string; size: number } } };
      expect(output.$payload.size).toBeGreaterThan(200_000);
      expect((await step(world, id, 'big')).output).toEqual(output);
      expect(await client.payload(id, output.$payload.sha256)).toEqual({ text });
    },
  ],
  [
    'a step payload over 2 MiB is refused with its own code',
    async (world) => {
      const big = { id: 'x', task: 'script', retry: 'none', input: { code: 'return "x".repeat(2 * 1024 * 1024)' } };
      expect(await run(world, { steps: [big] })).toMatchObject({ status: 'failed', error: { code: 'OUTPUT_TOO_LARGE' } });
    },
  ],
  [
    'the input is checked against its schema, a body over 1 MiB refused',
    async (world) => {
      const { client } = world;
      const schema = { type: 'object', required: ['id'], properties: { id: { type: 'string' } } };
      const { definition } = await run(world, { input: { schema }, steps: [echo('x', '${input.id}')] }, { input: { id: 'a' } });
      expect(await refusal(client.startInstance({ definition, input: { id: 1 } }))).toMatch(/^422 /);
      expect(await refusal(client.startInstance({ definition, input: { id: 'x'.repeat(1024 * 1024) } }))).toMatch(/^413 /);
    },
  ],
  [
    'joins, runOn and allowFailure: what fails stops only what depends on it',
    async (world) => {
      const id = await begin(world, {
        steps: [
          failing('bad', 'BOOM', { needs: [], allowFailure: true }),
          echo('good', 1, { needs: [] }),
          echo('any', 'first', { needs: ['bad', 'good'], join: 'any' }),
          echo('error', '${steps.bad.error.code}', { needs: ['bad'] }),
          echo('always', 'always', { needs: ['bad', 'good'], runOn: 'always' }),
          echo('never', 'x', { needs: ['good'], runOn: 'failure' }),
          echo('not', 'x', { needs: ['good'], when: '${false}' }),
        ],
      });
      expect((await ended(world, id)).status).toBe('completed');
      const statuses = Object.fromEntries((await world.client.steps(id)).map((each) => [each.path, each.status]));
      expect(statuses).toMatchObject({
        bad: 'failed',
        any: 'completed',
        error: 'completed',
        always: 'completed',
        never: 'skipped',
        not: 'skipped',
      });
      expect((await step(world, id, 'error')).output).toBe('BOOM');
    },
  ],
  [
    'what depends on a failure is blocked and says so',
    async (world) => {
      const id = await begin(world, { steps: [failing('bad'), echo('after', 1), echo('other', 2, { needs: [] })] });
      expect((await ended(world, id)).status).toBe('failed');
      const [, after, other] = await world.client.steps(id);
      expect([after?.status, other?.status]).toEqual(['blocked', 'completed']);
    },
  ],
];
