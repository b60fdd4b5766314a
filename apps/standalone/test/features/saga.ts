import { begin, echo, ended, failing, type Feature, history, register, run, slow, waits, type World } from './feature.js';

const undoable = (id: string, rest: object = {}): object => ({
  id,
  task: 'echo',
  input: { booked: id },
  compensate: { task: 'echo', input: { undo: '${output.booked}' } },
  ...rest,
});
const badUndo = (id: string): object =>
  undoable(id, {
    compensate: { task: 'simulate', retry: { maxAttempts: 1 }, input: { failTimes: 9, failWith: { code: 'NO_WAY_BACK' } } },
  });

/** Steps in the order in which they were undone. */
async function undone(world: World, id: string): Promise<(string | null)[]> {
  const events = await history(world, id);
  const from = events.findIndex(({ type }) => type === 'instanceCompensating');
  return events
    .slice(from)
    .filter(({ type }) => type === 'stepCompleted')
    .map(({ path }) => path?.replace('/~undo', '') ?? null);
}

export const saga: Feature[] = [
  [
    'what was completed is undone in reverse order of completion, the failed step is not',
    async (world) => {
      const id = await begin(world, { steps: [undoable('flight'), undoable('hotel'), failing('payment', 'DECLINED')] });
      expect(await ended(world, id)).toMatchObject({ status: 'compensated', error: { code: 'DECLINED', path: 'payment' } });
      expect(await undone(world, id)).toEqual(['hotel', 'flight']);
    },
  ],
  [
    'a compensation that fails is listed; with continue the others go on, with stop they do not',
    async (world) => {
      const steps = [undoable('a'), badUndo('b'), undoable('c'), failing('x')];
      const goesOn = await begin(world, { steps });
      expect((await ended(world, goesOn)).status).toBe('compensation_failed');
      expect(await undone(world, goesOn)).toEqual(['c', 'a']);
      const [failed] = await history(world, goesOn, 'instanceCompensationFailed');
      expect(failed?.data).toMatchObject({ failures: [{ path: 'b', code: 'NO_WAY_BACK' }] });
      const stops = await begin(world, { steps, compensation: { onFailure: 'stop' } });
      expect((await ended(world, stops)).status).toBe('compensation_failed');
      expect(await undone(world, stops)).toEqual(['c']);
    },
  ],
  [
    'steps in parallel branches, in items and inside a completed child are undone as well',
    async (world) => {
      const child = await register(world, { steps: [undoable('inside')] });
      const id = await begin(world, {
        steps: [
          { id: 'p', type: 'parallel', branches: { a: [undoable('x')], b: [undoable('y')] } },
          { id: 'f', type: 'forEach', items: [1, 2], concurrency: 1, steps: [undoable('z')] },
          { id: 'w', type: 'workflow', workflow: child },
          failing('stop'),
        ],
      });
      const { status, children } = await ended(world, id);
      expect(status).toBe('compensated');
      const paths = (await undone(world, id)).map(String);
      expect(paths.slice(0, 2)).toEqual(['f/1/z', 'f/0/z']);
      expect(paths.slice(2).sort()).toEqual(['p/a/x', 'p/b/y']);
      expect((await ended(world, children[0]?.instance as string)).status).toBe('compensated');
    },
  ],
  [
    'a cancel undoes what was completed when it is asked to, and not otherwise',
    async (world) => {
      const { client } = world;
      const document = { steps: [undoable('a'), slow('b')] };
      const [plain, asked] = [await begin(world, document), await begin(world, document)];
      for (const id of [plain, asked]) await waits(world, id, 'b', 'running');
      await client.cancel(plain);
      await client.cancel(asked, { compensate: true });
      expect((await ended(world, plain)).status).toBe('cancelled');
      expect((await ended(world, asked)).status).toBe('compensated');
      expect(await undone(world, asked)).toEqual(['a']);
    },
  ],
  [
    'a handler that asks for it undoes the body before it runs',
    async (world) => {
      const guard = {
        id: 't',
        type: 'try',
        steps: [undoable('a'), failing('b')],
        catch: [{ compensate: true, steps: [echo('instead', 'of it')] }],
      };
      const id = await begin(world, { steps: [guard] });
      expect(await ended(world, id)).toMatchObject({ status: 'completed', output: 'of it' });
      const types = (await history(world, id)).map(({ type, path }) => `${type} ${path}`);
      expect(types.indexOf('blockCompensating t')).toBeGreaterThan(-1);
      expect(types.lastIndexOf('stepCompleted t/body/a')).toBeLessThan(
        types.findIndex((each) => each.startsWith('stepScheduled t/catch')),
      );
    },
  ],
  [
    'an instance that times out is undone; one with nothing to undo plainly fails',
    async (world) => {
      const late = await begin(world, { timeout: '4s', steps: [undoable('a'), slow('b')] });
      expect(await ended(world, late)).toMatchObject({ status: 'compensated', error: { code: 'TIMED_OUT' } });
      expect((await run(world, { steps: [failing('x')] })).status).toBe('failed');
    },
  ],
];
