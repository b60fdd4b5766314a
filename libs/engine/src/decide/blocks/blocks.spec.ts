import { play, story, type Worker } from '../../testing/play.js';
import type { Json } from '../../model/json.js';

const task = (id: string, more: object = {}): object => ({ id, task: 'work', retry: { maxAttempts: 1 }, ...more });
const failing =
  (...paths: string[]): Worker =>
  (path, input) =>
    paths.includes(path) ? { code: 'BOOM' } : { output: input };
const output = (steps: object[], options: { input?: Json; worker?: Worker } = {}): Json => {
  const { state } = play({ steps }, options);
  expect({ status: state.status, error: state.error }).toEqual({ status: 'completed', error: undefined });
  return state.output;
};

describe('branch', () => {
  const cases = (on: string): object => ({
    id: 'b',
    type: 'branch',
    on,
    cases: [
      { id: 'one', is: 1, steps: [{ id: 's', type: 'set', values: { took: 'one' } }] },
      { id: 'text', is: ['1', 'uno'], steps: [{ id: 's', type: 'set', values: { took: 'text' } }] },
      { id: 'yes', is: true, steps: [{ id: 's', type: 'set', values: { took: 'yes' } }] },
      { id: 'nothing', is: null, steps: [{ id: 's', type: 'set', values: { took: 'nothing' } }] },
    ],
    default: [{ id: 's', type: 'set', values: { took: 'default' } }],
  });

  it.each<[Json, string]>([
    [1, 'one'],
    ['1', 'text'],
    ['uno', 'text'],
    [true, 'yes'],
    [null, 'nothing'],
    [2, 'default'],
    ['true', 'default'],
    [[1], 'default'],
  ])('takes the case of the same type and value for %j', (value, took) => {
    expect(output([cases('${input.v}')], { input: { v: value } })).toEqual({ took });
  });

  it.each([
    ['first', null],
    ['all', []],
  ])('is a skipped body with the output null when nothing fits and there is no default, match: %s', (match, taken) => {
    const steps = [
      { id: 'b', type: 'branch', match, cases: [{ id: 'no', if: '${false}', steps: [task('s')] }] },
      { id: 'after', type: 'set', values: { taken: '${steps.b.taken}', output: '${steps.b.output}' } },
    ];
    expect(output(steps)).toEqual({ taken, output: null });
  });

  it('runs every case that fits with match: all', () => {
    const steps = [
      {
        id: 'b',
        type: 'branch',
        match: 'all',
        cases: [
          { id: 'low', if: '${input.n < 10}', steps: [task('s', { input: 'low' })] },
          { id: 'even', if: '${input.n % 2 == 0}', steps: [task('s', { input: 'even' })] },
          { id: 'big', if: '${input.n > 10}', steps: [task('s')] },
        ],
        default: [task('s')],
      },
      { id: 'after', type: 'set', values: { taken: '${steps.b.taken}', all: '${steps.b.output}' } },
    ];
    expect(output(steps, { input: { n: 4 } })).toEqual({ taken: ['low', 'even'], all: { low: 'low', even: 'even' } });
    expect(output(steps, { input: { n: 3 } })).toEqual({ taken: ['low'], all: { low: 'low' } });
  });

  it('fails with its case', () => {
    const { state } = play({ steps: [cases('${1}')] }, {});
    expect(state.status).toBe('completed');
    const bad = play(
      { steps: [{ id: 'b', type: 'branch', cases: [{ id: 'x', if: '${true}', steps: [task('s')] }] }] },
      { worker: failing('b/x/s') },
    );
    expect(bad.state).toMatchObject({ status: 'failed', error: { code: 'BOOM', path: 'b' } });
  });
});

describe('parallel', () => {
  const block = (more: object = {}): object => ({
    id: 'p',
    type: 'parallel',
    branches: { left: [task('a', { input: 1 })], right: [task('b', { input: 2 }), task('c', { input: 3 })] },
    ...more,
  });

  it('gives the outputs of its branches by name', () => {
    expect(output([block()])).toEqual({ left: 1, right: 3 });
  });

  it('fails with its first failing branch and cancels the others', () => {
    const shell = play({ steps: [block()] }, { worker: (path) => (path === 'p/left/a' ? { code: 'BOOM' } : 'never') });
    expect(story(shell)).toContain('stepCancelling p/right/b');
    expect(shell.history.find((event) => event.type === 'blockClosing')?.data).toMatchObject({
      as: 'failed',
      failure: { code: 'BOOM' },
    });
  });

  it('collects failures beside outputs', () => {
    expect(output([block({ onError: 'collect' })], { worker: failing('p/left/a') })).toEqual({
      left: { ok: false, error: { code: 'BOOM', message: 'BOOM', path: 'p/left/a' } },
      right: { ok: true, output: 3 },
    });
  });

  it('goes on with the first that completes and cancels the rest', () => {
    const shell = play(
      { steps: [block({ join: 'any', cancelRest: true }), { id: 'after', type: 'set', values: '${steps.p.output}' }] },
      { worker: (path, input) => (path === 'p/left/a' ? { output: input } : 'never') },
    );
    expect(shell.state).toMatchObject({ status: 'completed', output: { left: 1 } });
  });

  it('fails as soon as its join can no longer be met', () => {
    const shell = play({ steps: [block({ join: 'any' })] }, { worker: failing('p/left/a', 'p/right/b') });
    expect(shell.state).toMatchObject({ status: 'failed', error: { code: 'BOOM' } });
  });
});

describe('forEach', () => {
  const each = (more: object = {}): object => ({
    id: 'e',
    type: 'forEach',
    items: '${input.list}',
    steps: [task('s', { input: '${item}' })],
    ...more,
  });

  it.each([0, 1, 3, 600])('runs %i items and keeps their order', (count) => {
    const list = Array.from({ length: count }, (_, n) => n);
    expect(output([each()], { input: { list } })).toEqual(list);
  });

  it('never runs more items at once than its concurrency', () => {
    let most = 0;
    const shell = play({ steps: [each({ concurrency: 3 })] }, { input: { list: [1, 2, 3, 4, 5, 6, 7] }, worker: () => 'never' });
    while (shell.openCommands().length > 0) {
      most = Math.max(most, shell.openCommands().length);
      shell.complete(shell.openCommands().at(-1)!, 'x');
    }
    expect(most).toBe(3);
    expect(shell.state).toMatchObject({ status: 'completed', output: Array.from({ length: 7 }, () => 'x') });
  });

  it('bears as many failures as it tolerates', () => {
    const list = [1, 2, 3, 4];
    const bad = failing('e/1/s');
    expect(output([each({ tolerate: 1 })], { input: { list }, worker: bad })).toEqual([1, null, 3, 4]);
    expect(output([each({ tolerate: '25%' })], { input: { list }, worker: bad })).toEqual([1, null, 3, 4]);
    const shell = play({ steps: [each({ tolerate: 1 })] }, { input: { list }, worker: failing('e/1/s', 'e/2/s') });
    expect(shell.state).toMatchObject({ status: 'failed', error: { code: 'BOOM', path: 'e' } });
    expect(shell.state.step('e').counts).toMatchObject({ total: 4, failed: 2 });
  });

  it('tells counts beside its output', () => {
    const steps = [
      each({ onError: 'collect', keep: 'failed' }),
      { id: 'after', type: 'set', values: { c: '${steps.e.counts}', o: '${steps.e.output}' } },
    ];
    expect(output(steps, { input: { list: [1, 2] }, worker: failing('e/0/s') })).toEqual({
      c: { total: 2, completed: 1, failed: 1, cancelled: 0 },
      o: [{ ok: false, error: { code: 'BOOM', message: 'BOOM', path: 'e/0/s' } }, null],
    });
  });

  it('names the item, also inside another forEach', () => {
    const inner = {
      id: 'inner',
      type: 'forEach',
      items: '${row.cells}',
      as: 'cell',
      steps: [task('s', { input: '${string(row.n) + cell + string(index)}' })],
    };
    const steps = [{ id: 'outer', type: 'forEach', items: '${input.rows}', as: 'row', steps: [inner] }];
    expect(
      output(steps, {
        input: {
          rows: [
            { n: 1, cells: ['a', 'b'] },
            { n: 2, cells: ['c'] },
          ],
        },
      }),
    ).toEqual([['1a0', '1b1'], ['2c0']]);
  });

  it('refuses a list of more than 50,000 items', () => {
    const list = (length: number): Json => Array.from({ length }, () => 0);
    const { state } = play({ steps: [each()] }, { input: { list: list(50_001) } });
    expect(state.error).toMatchObject({ code: 'TOO_MANY_ITEMS', path: 'e', message: expect.stringContaining('50001') as string });
    const full = { id: 'e', type: 'forEach', items: '${input.list}', steps: [] };
    expect(play({ steps: [full] }, { input: { list: list(50_000) } }).state.status).toBe('completed');
  });
});

describe('what a block collects', () => {
  const mib = 1024 * 1024;
  const each = { id: 'e', type: 'forEach', items: '${input.list}', steps: [task('s', { input: '${item}' })] };
  /** Each part has a MiB with its quotes and comma; the second bracket is one byte more. */
  const worker =
    (first: number): Worker =>
    (path) => ({ output: 'x'.repeat(path === 'e/0/s' ? first : mib - 3) });
  const input = { list: Array.from({ length: 64 }, () => 0) };

  it('has at most 64 MiB', () => {
    expect(play({ steps: [each] }, { input, worker: worker(mib - 4) }).state.status).toBe('completed');
    const { state } = play({ steps: [each] }, { input, worker: worker(mib - 3) });
    expect(state.error).toMatchObject({ code: 'OUTPUT_TOO_LARGE', path: 'e' });
  });
});

describe('repeat', () => {
  it('runs until its condition holds, and sees the round before', () => {
    const steps = [{ id: 'r', type: 'repeat', until: '${last >= 3}', steps: [{ id: 's', type: 'set', values: '${index + 1}' }] }];
    expect(output(steps)).toBe(3);
  });

  it('runs no round when its condition does not hold before', () => {
    expect(output([{ id: 'r', type: 'repeat', while: '${index < 0}', steps: [task('s')] }])).toBeNull();
  });

  it('keeps the outputs of the last rounds', () => {
    const steps = [
      { id: 'r', type: 'repeat', while: '${index < 5}', keep: 2, steps: [{ id: 's', type: 'set', values: '${index}' }] },
    ];
    expect(output(steps)).toEqual([3, 4]);
  });

  it('hands ctx from round to round', () => {
    const steps = [
      { id: 'r', type: 'repeat', while: '${index < 3}', steps: [{ id: 's', type: 'set', values: { n: '${ctx.n + 1}' } }] },
    ];
    expect(output(steps, { input: { n: 10 } })).toEqual({ n: 13 });
  });

  it('fails beyond its bound', () => {
    const { state } = play({ steps: [{ id: 'r', type: 'repeat', until: '${false}', maxIterations: 4, steps: [task('s')] }] });
    expect(state).toMatchObject({ status: 'failed', error: { code: 'MAX_ITERATIONS', path: 'r' } });
  });

  it('waits between rounds', () => {
    const shell = play({ steps: [{ id: 'r', type: 'repeat', while: '${index < 3}', delay: '1m', steps: [task('s')] }] });
    expect(shell.state.endedAt! - shell.state.startedAt!).toBe(120_000);
  });

  it('runs 10,000 rounds without growing', () => {
    const shell = play({
      steps: [{ id: 'r', type: 'repeat', while: '${index < 10000}', steps: [{ id: 's', type: 'set', values: '${index}' }] }],
    });
    expect(shell.state).toMatchObject({ status: 'completed', output: 9_999 });
    expect(shell.state.steps.size).toBe(1);
  });
});

describe('try', () => {
  const guarded = (more: object = {}): object => ({
    id: 't',
    type: 'try',
    steps: [task('a', { input: 'a' }), task('b', { input: 'b' })],
    ...more,
  });
  const rescue = { codes: ['BOOM'], steps: [{ id: 'r', type: 'set', values: '${error}' }] };

  it('gives the output of its body', () => {
    expect(output([guarded({ catch: [rescue] })])).toBe('b');
  });

  it('hands the failure to the first handler that fits', () => {
    const other = { codes: ['OTHER'], steps: [task('x')] };
    expect(output([guarded({ catch: [other, rescue] })], { worker: failing('t/body/a') })).toEqual({
      code: 'BOOM',
      message: 'BOOM',
      path: 't/body/a',
    });
  });

  it('fails when no handler fits, after its finally', () => {
    const shell = play(
      { steps: [guarded({ catch: [{ codes: ['OTHER'], steps: [task('x')] }], finally: [task('z')] })] },
      { worker: failing('t/body/a') },
    );
    expect(shell.state).toMatchObject({ status: 'failed', error: { code: 'BOOM', path: 't' } });
    expect(story(shell)).toContain('stepCompleted t/finally/z');
  });

  it('runs its finally though the condition of a handler cannot be evaluated', () => {
    const handler = { when: '${error.details.no}', steps: [task('h')] };
    const shell = play({ steps: [guarded({ catch: [handler], finally: [task('z')] })] }, { worker: failing('t/body/a') });
    expect(shell.state.error).toMatchObject({ code: 'EXPRESSION_FAILED', path: 't' });
    expect(story(shell)).toContain('stepCompleted t/finally/z');
  });

  it('fails when its finally fails', () => {
    const shell = play({ steps: [guarded({ finally: [task('z')] })] }, { worker: failing('t/finally/z') });
    expect(shell.state).toMatchObject({ status: 'failed', error: { code: 'BOOM', path: 't' } });
  });

  it('cancels what is open in its body at the first failure', () => {
    const shell = play(
      {
        steps: [
          guarded({
            steps: [task('a', { needs: [] }), task('b', { needs: [] })],
            catch: [{ steps: [task('c', { input: 'saved' })] }],
          }),
        ],
      },
      { worker: (path, input) => (path === 't/body/a' ? { code: 'BOOM' } : path === 't/body/b' ? 'never' : { output: input }) },
    );
    expect(story(shell)).toContain('stepCancelling t/body/b');
    expect(shell.state).toMatchObject({ status: 'completed', output: 'saved' });
  });

  it('hands its own time-out to its handler', () => {
    const shell = play(
      {
        steps: [
          guarded({
            timeout: '5s',
            catch: [{ codes: ['TIMED_OUT'], as: 'why', steps: [{ id: 'r', type: 'set', values: '${why.code}' }] }],
          }),
        ],
      },
      { worker: () => 'never' },
    );
    expect(shell.state).toMatchObject({ status: 'completed', output: 'TIMED_OUT' });
  });

  it('runs its finally when the instance is cancelled, and nothing else', () => {
    const shell = play({ steps: [guarded({ catch: [rescue], finally: [task('z')] }), task('after')] }, { worker: () => 'never' });
    shell.tell({ type: 'cancel' });
    shell.tell({ type: 'lost', ...shell.openCommands()[0]!, code: 'WORKER_LOST' });
    shell.complete(shell.openCommands()[0]!, 'cleaned');
    expect(shell.state.status).toBe('cancelled');
    expect(story(shell).slice(-3)).toEqual(['stepCompleted t/finally/z', 'stepCancelled t', 'instanceCancelled']);
  });
});

describe('complete, at any depth', () => {
  it('ends the instance as completed, cancels what is open, and runs what must be run finally', () => {
    const inner = [{ id: 'x', type: 'forEach', items: [1, 2], steps: [{ id: 'done', type: 'complete', output: '${item}' }] }];
    const steps = [
      { id: 'side', needs: [], task: 'slow', onCancel: 'abandon' },
      { id: 't', needs: [], type: 'try', steps: inner, finally: [task('z')] },
    ];
    const shell = play({ steps }, { worker: (_path, input, name) => (name === 'slow' ? 'never' : { output: input }) });
    expect(shell.state).toMatchObject({ status: 'completed', output: 1 });
    expect(story(shell)).toEqual(expect.arrayContaining(['stepCancelled side', 'stepCompleted t/finally/z', 'stepCancelled t']));
  });
});

describe('again', () => {
  it('starts a new generation with a fresh state under the same id', () => {
    const steps = [
      task('work', { input: '${input.n}' }),
      { id: 'more', type: 'again', when: '${input.n < 3}', input: { n: '${input.n + 1}' } },
    ];
    const shell = play({ steps }, { input: { n: 1 } });
    expect(shell.state).toMatchObject({ status: 'completed', generation: 3, input: { n: 3 }, rounds: 2 });
    expect(shell.state.output).toBeNull();
    expect(shell.history.filter(({ type }) => type === 'instanceStartedAgain').map(({ generation }) => generation)).toEqual([
      2, 3,
    ]);
  });
});

describe('failFast of the document', () => {
  it('stops the lists inside blocks too', () => {
    const steps = [
      { id: 'p', type: 'parallel', onError: 'collect', branches: { one: [task('a', { needs: [] }), task('b', { needs: [] })] } },
    ];
    const shell = play({ failFast: true, steps }, { worker: (path) => (path === 'p/one/a' ? { code: 'BOOM' } : 'never') });
    expect(story(shell)).toEqual(expect.arrayContaining(['scopeStopped p/one', 'stepCancelling p/one/b']));
  });
});
