import { echo, ended, failing, type Feature, history, begin, run, slow, step, whenever } from './feature.js';

const set = (id: string, values: object, rest: object = {}): object => ({ id, type: 'set', values, ...rest });

export const blocks: Feature[] = [
  [
    'branch: values match with their types: 1, "1", true and null are four',
    async (world) => {
      const cases = [1, '1', true, null].map((is, n) => ({ id: `c${n}`, is, steps: [set('taken', { n })] }));
      const document = {
        steps: [{ id: 'b', type: 'branch', on: '${input.on}', cases, default: [set('other', { n: 'default' })] }],
      };
      const taken = async (on: unknown) => (await run(world, document, { input: { on } as never })).output;
      expect(await Promise.all([1, '1', true, null, false].map(taken))).toEqual([
        { n: 0 },
        { n: 1 },
        { n: 2 },
        { n: 3 },
        { n: 'default' },
      ]);
    },
  ],
  [
    'branch: match all runs every case that holds; none taken is a skipped body',
    async (world) => {
      const cases = [1, 2, 3].map((n) => ({ id: `over${n}`, if: `\${input.n > ${n}}`, steps: [set('s', { n })] }));
      const document = { steps: [{ id: 'b', type: 'branch', match: 'all', cases }], output: '${steps.b}' };
      expect((await run(world, document, { input: { n: 3 } })).output).toMatchObject({
        taken: ['over1', 'over2'],
        output: { over1: { n: 1 }, over2: { n: 2 } },
      });
      expect((await run(world, document, { input: { n: 0 } })).output).toMatchObject({ taken: [], output: null });
    },
  ],
  [
    'parallel: branches run side by side and their outputs come by name',
    async (world) => {
      const branches = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, [slow('wait', 1_500), echo('say', { name })]]));
      const id = await begin(world, { steps: [{ id: 'p', type: 'parallel', branches }] });
      expect((await ended(world, id)).output).toEqual({ a: { name: 'a' }, b: { name: 'b' }, c: { name: 'c' } });
      const events = await history(world, id);
      const first = events.findIndex(({ type, path }) => type === 'stepCompleted' && path?.endsWith('/wait'));
      expect(events.slice(0, first).filter(({ type, path }) => type === 'stepScheduled' && path?.endsWith('/wait'))).toHaveLength(
        3,
      );
    },
  ],
  [
    'parallel: failFast cancels the others, collect keeps every end, join any goes on with the first',
    async (world) => {
      const branches = { bad: [failing('x')], good: [echo('y', { ok: 1 })], long: [slow('z')] };
      const fast = await run(world, { steps: [{ id: 'p', type: 'parallel', branches }] });
      expect(fast).toMatchObject({ status: 'failed', error: { code: 'BOOM' } });
      const { bad, good } = branches;
      const collected = await run(world, { steps: [{ id: 'p', type: 'parallel', onError: 'collect', branches: { bad, good } }] });
      expect(collected).toMatchObject({
        status: 'completed',
        output: { bad: { ok: false, error: { code: 'BOOM' } }, good: { ok: true, output: { ok: 1 } } },
      });
      const first = { id: 'p', type: 'parallel', join: 'any', cancelRest: true, branches: { good, long: branches.long } };
      expect((await run(world, { steps: [first] })).output).toEqual({ good: { ok: 1 } });
    },
  ],
  [
    'forEach: outputs in the order of the items, no more at once than its window, none at all for an empty list',
    async (world) => {
      const each = { id: 'f', type: 'forEach', items: '${input.items}', as: 'who', concurrency: 3 };
      const ask = { id: 'x', task: 'simulate', input: { duration: { min: 0, max: '300ms' }, output: '${who}' } };
      const items = Array.from({ length: 20 }, (_, n) => `n${n}`);
      const id = await begin(world, { steps: [{ ...each, steps: [ask] }], output: '${steps.f}' }, { input: { items } });
      let most = 0;
      await whenever(world, id, ({ waitingFor, endedAt }) => {
        most = Math.max(most, waitingFor.filter(({ path }) => path.endsWith('/x')).length);
        return endedAt !== null;
      });
      expect(most).toBeLessThanOrEqual(3);
      expect((await ended(world, id)).output).toMatchObject({
        output: items,
        counts: { total: 20, completed: 20, failed: 0, cancelled: 0 },
      });
      expect((await run(world, { steps: [{ ...each, steps: [ask] }] }, { input: { items: [] } })).output).toEqual([]);
    },
  ],
  [
    'forEach: tolerates so many failures and not one more; collect says how each item ended',
    async (world) => {
      const body = [
        {
          id: 'x',
          type: 'branch',
          on: '${item}',
          cases: [{ id: 'bad', is: [2, 4], steps: [failing('f')] }],
          default: [echo('e', '${item}')],
        },
      ];
      const each = (rest: object) => ({ steps: [{ id: 'f', type: 'forEach', items: [1, 2, 3, 4], steps: body, ...rest }] });
      expect((await run(world, each({ tolerate: 2 }))).output).toEqual([1, null, 3, null]);
      expect(await run(world, each({ tolerate: 1 }))).toMatchObject({ status: 'failed', error: { code: 'BOOM' } });
      expect((await run(world, each({ tolerate: '50%' }))).status).toBe('completed');
      expect((await run(world, each({ onError: 'collect' }))).output).toMatchObject([
        { ok: true, output: 1 },
        { ok: false, error: { code: 'BOOM' } },
        { ok: true, output: 3 },
        { ok: false, error: { code: 'BOOM' } },
      ]);
    },
  ],
  [
    'forEach: a partial join goes on with so many, cancels the rest, and leaves what did not run null',
    async (world) => {
      const body = [{ id: 'x', task: 'simulate', input: { durationMs: '${item}', output: '${item}' } }];
      const each = { id: 'f', type: 'forEach', items: [0, 60_000, 1, 60_001], join: 2, cancelRest: true, steps: body };
      const id = await begin(world, { steps: [each] });
      expect(await ended(world, id)).toMatchObject({ status: 'completed', output: [0, null, 1, null] });
      expect((await step(world, id, 'f')).counts).toMatchObject({ total: 4, completed: 2, cancelled: 2 });
    },
  ],
  [
    'repeat: until sees the round that ended, while stops before the first, and no more rounds than allowed',
    async (world) => {
      const count = [set('n', { n: '${(last == null ? 0 : last.n) + 1}' })];
      const repeat = (rest: object) => ({ steps: [{ id: 'r', type: 'repeat', steps: count, ...rest }] });
      expect((await run(world, repeat({ until: '${steps.n.output.n >= 4}', delay: '50ms' }))).output).toEqual({ n: 4 });
      expect((await run(world, repeat({ while: '${index < 3}', keep: 2 }))).output).toEqual([{ n: 2 }, { n: 3 }]);
      expect((await run(world, repeat({ while: '${false}' }))).output).toBeNull();
      expect(await run(world, repeat({ until: '${false}', maxIterations: 5 }))).toMatchObject({
        status: 'failed',
        error: { code: 'MAX_ITERATIONS' },
      });
    },
  ],
  [
    'try: a handler for the code takes over with the error, finally runs however it ended',
    async (world) => {
      const guarded = (code: string) => ({
        steps: [
          {
            id: 't',
            type: 'try',
            steps: [slow('open', 60_000, { needs: [] }), failing('bad', code, { needs: [] })],
            catch: [{ codes: ['EXPECTED'], as: 'why', steps: [echo('handle', { code: '${why.code}' })] }],
            finally: [echo('tidy', { tidied: true })],
          },
        ],
      });
      const caught = await run(world, guarded('EXPECTED'));
      expect(caught).toMatchObject({ status: 'completed', output: { code: 'EXPECTED' } });
      const missed = await run(world, guarded('OTHER'));
      expect(missed).toMatchObject({ status: 'failed', error: { code: 'OTHER' } });
      for (const { id } of [caught, missed]) {
        expect(
          (await history(world, id)).filter(({ path, type }) => path === 't/finally/tidy' && type === 'stepCompleted'),
        ).toHaveLength(1);
        expect((await step(world, id, 't/body/open')).status).toBe('cancelled');
      }
    },
  ],
  [
    'complete ends the instance from inside nested blocks, with finally, and cancels what is open',
    async (world) => {
      const inner = {
        id: 'in',
        type: 'forEach',
        items: [1, 2],
        steps: [{ id: 'done', type: 'complete', output: { by: '${item}' }, when: '${item == 2}' }, slow('x')],
      };
      const guard = {
        id: 't',
        type: 'try',
        steps: [{ id: 'p', type: 'parallel', branches: { a: [inner], b: [slow('y')] } }],
        finally: [echo('tidy', 1)],
      };
      const id = await begin(world, { steps: [guard, echo('never', 1)] });
      expect(await ended(world, id)).toMatchObject({ status: 'completed', output: { by: 2 } });
      expect((await history(world, id)).some(({ path, type }) => path === 't/finally/tidy' && type === 'stepCompleted')).toBe(
        true,
      );
    },
  ],
  [
    'fail ends its step with code, message and details, at any depth',
    async (world) => {
      const fail = {
        id: 'no',
        type: 'fail',
        code: 'NO_STOCK',
        message: 'none of ${input.what}',
        details: { what: '${input.what}' },
      };
      const nested = {
        id: 'b',
        type: 'branch',
        cases: [{ id: 'c', if: '${true}', steps: [{ id: 'r', type: 'repeat', until: '${true}', steps: [fail] }] }],
        default: [],
      };
      expect(await run(world, { steps: [nested] }, { input: { what: 'tea' } })).toMatchObject({
        status: 'failed',
        error: { code: 'NO_STOCK', message: 'none of tea', details: { what: 'tea' } },
      });
    },
  ],
  [
    'again: a new generation of the same instance with a fresh state, which keeps unread events',
    async (world) => {
      const { client } = world;
      const document = {
        steps: [
          { id: 'next', type: 'event', names: ['next'] },
          { id: 'more', type: 'again', input: { n: '${input.n + 1}' }, when: '${input.n < 3}' },
          set('out', { n: '${input.n}' }),
        ],
      };
      const id = await begin(world, document, { input: { n: 1 } });
      for (const each of ['1', '2', '3']) await client.sendEventToInstance(id, { name: 'next', id: each });
      const last = await ended(world, id);
      expect(last).toMatchObject({ id, status: 'completed', generation: 3, output: { n: 3 } });
      const seqs = (await history(world, id)).map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.map((_, n) => n + 1));
    },
  ],
];
