import { idempotencyKey } from '../../effects/idempotency-key.js';
import { stepCommand } from '../../effects/step-command.js';
import { nextDueAt } from '../../state/clocks.js';
import { ActingShell } from '../../testing/acting-shell.js';

const once = { maxAttempts: 1 };
const retry = { type: 'retry', by: 'ana', reason: 'the bank is back' } as const;
const parallel = (branches: object, more: object = {}) => ({ id: 'p', type: 'parallel', branches, ...more }) as never;

describe('retry of an instance', () => {
  it('runs the failed step and those behind it, and keeps what was completed', () => {
    const shell = ActingShell.started([
      { id: 'a', task: 't' },
      { id: 'b', task: 't', retry: once },
      { id: 'c', task: 't' },
    ]);
    shell.done('a', { n: 1 });
    shell.broken('b');
    expect([shell.state.status, shell.status('c')]).toEqual(['failed', 'blocked']);
    shell.nowMs += 1_000;
    expect(shell.tell(retry).accepted).toBe(true);
    expect(shell.state).toMatchObject({ status: 'running', generation: 2, endedAt: undefined, error: undefined });
    expect(shell.history.find(({ type }) => type === 'instanceRetried')).toMatchObject({
      generation: 2,
      data: { by: 'ana', reason: 'the bank is back' },
    });
    expect(shell.ran).toEqual(['a', 'b', 'b']);
    shell.done('b', { n: 2 });
    shell.done('c', { n: 3 });
    expect(shell.state).toMatchObject({ status: 'completed', generation: 2, output: { n: 3 } });
  });

  it('goes on numbering attempts, with a fresh budget and the same idempotency key', () => {
    const shell = ActingShell.started([{ id: 'a', task: 't', retry: { maxAttempts: 2, delay: '1s', jitter: 0 } }]);
    const fail = () => shell.fail(shell.openCommands()[0]!);
    fail();
    shell.passTime();
    fail();
    expect(shell.state.status).toBe('failed');
    const key = idempotencyKey(shell.state, 'a');
    shell.tell(retry);
    expect(stepCommand(shell.plan, shell.state, 'a')).toMatchObject({ attempt: 3, idempotencyKey: key });
    fail();
    expect(shell.status('a')).toBe('retrying');
    shell.passTime();
    fail();
    expect(shell.state.status).toBe('failed');
    expect(shell.state.step('a').attempt).toBe(4);
  });

  it('starts the time-out of the instance anew', () => {
    const shell = ActingShell.started([{ id: 'a', task: 't', onCancel: 'abandon' }], { timeout: '10s' });
    shell.passTime();
    expect(shell.state.status).toBe('timed_out');
    shell.nowMs += 60_000;
    shell.tell(retry);
    expect(shell.state).toMatchObject({ status: 'running', timeoutAt: shell.nowMs + 10_000 });
    expect(nextDueAt(shell.state)).toBe(shell.nowMs + 10_000);
    shell.done('a');
    expect(shell.state.status).toBe('completed');
  });

  it('is refused for what runs, completed or was cancelled', () => {
    const shell = ActingShell.started([{ id: 'a', task: 't', onCancel: 'abandon' }]);
    expect(shell.tell(retry)).toMatchObject({ reason: 'notPossible' });
    shell.tell({ type: 'cancel' });
    expect(shell.tell(retry)).toMatchObject({ reason: 'notPossible' });
    const done = ActingShell.started([]);
    expect(done.tell(retry)).toMatchObject({ reason: 'notPossible' });
  });

  it('brings back what failFast had cancelled, and what had not been reached', () => {
    const shell = ActingShell.started(
      [
        { id: 'a', task: 't', needs: [], retry: once },
        { id: 'b', task: 't', needs: [], onCancel: 'abandon' },
        { id: 'c', task: 't', needs: ['b'] },
      ],
      { failFast: true },
    );
    shell.broken('a');
    expect([shell.status('a'), shell.status('b'), shell.status('c')]).toEqual(['failed', 'cancelled', 'pending']);
    shell.tell(retry);
    expect(shell.ran.slice(2)).toEqual(['a', 'b']);
    shell.done('b');
    shell.done('a');
    shell.done('c');
    expect(shell.state.status).toBe('completed');
  });

  it('leaves what was absorbed: allowFailure, and the rest of a join', () => {
    const shell = ActingShell.started([
      { id: 'soft', task: 't', needs: [], retry: once, allowFailure: true },
      { id: 'after', task: 't', needs: ['soft'] },
      { id: 'hard', task: 't', needs: ['after'], retry: once },
    ]);
    shell.broken('soft');
    shell.done('after');
    shell.broken('hard');
    shell.tell(retry);
    expect(shell.ran).toEqual(['soft', 'after', 'hard', 'hard']);
    shell.done('hard');
    expect(shell.state.status).toBe('completed');
  });

  it('does not run a failure handler twice that has run, nor the step that joined without the failed one', () => {
    const shell = ActingShell.started([
      { id: 'a', task: 't', needs: [], retry: once },
      { id: 'b', task: 't', needs: [] },
      { id: 'any', task: 't', needs: ['a', 'b'], join: 'any' },
      { id: 'alarm', task: 't', needs: ['a'], runOn: 'failure' },
    ]);
    shell.done('b');
    shell.done('any');
    shell.broken('a');
    shell.done('alarm');
    expect(shell.state.status).toBe('failed');
    shell.tell(retry);
    shell.done('a');
    expect(shell.ran.filter((path) => path !== 'a')).toEqual(['b', 'any', 'alarm']);
    expect(shell.state.status).toBe('completed');
  });

  it('opens a failed block around its failed parts', () => {
    const shell = ActingShell.started([
      parallel({
        x: [
          { id: 'a', task: 't', retry: once },
          { id: 'b', task: 't' },
        ],
        y: [
          { id: 'c', task: 't', onCancel: 'abandon' },
          { id: 'd', task: 't' },
        ],
        z: [{ id: 'e', task: 't' }],
      }),
      { id: 'last', task: 't', input: { from: '${steps.p.output}' } },
    ]);
    shell.done('p/z/e', 'z');
    shell.done('p/y/c', 'c');
    shell.tell({ type: 'pause' });
    shell.broken('p/x/a');
    shell.tell({ type: 'resume' });
    const abandoned = shell.openCommands();
    if (abandoned.length > 0) shell.complete(abandoned[0]!);
    expect([shell.state.status, shell.status('p'), shell.status('last')]).toEqual(['failed', 'failed', 'blocked']);
    const sent = shell.ran.length;
    shell.tell(retry);
    expect([shell.status('p'), shell.status('last')]).toEqual(['running', 'pending']);
    expect(shell.ran.slice(sent).sort()).toEqual(['p/x/a', 'p/y/d']);
    shell.done('p/y/d', 'y');
    shell.done('p/x/a');
    shell.done('p/x/b', 'x');
    expect(stepCommand(shell.plan, shell.state, 'last').input).toEqual({ from: { x: 'x', y: 'y', z: 'z' } });
    shell.done('last');
    expect(shell.state.status).toBe('completed');
  });

  it('lets the failed items of a forEach run again, with as much time again', () => {
    const shell = ActingShell.started(
      [
        {
          id: 'each',
          type: 'forEach',
          items: '${input.items}',
          concurrency: 2,
          timeout: '1m',
          steps: [{ id: 'one', task: 't', retry: once, onCancel: 'abandon', input: '${item}' }],
        },
      ],
      {},
      { items: ['a', 'b', 'c'] },
    );
    shell.done('each/0/one', 'A');
    shell.nowMs += 50_000;
    shell.broken('each/1/one');
    expect(shell.state.status).toBe('failed');
    shell.nowMs += 50_000;
    shell.tell(retry);
    expect(shell.openCommands().map(({ path }) => path)).toEqual(['each/1/one', 'each/2/one']);
    expect(shell.state.step('each').timeoutAt).toBe(shell.nowMs + 60_000);
    shell.done('each/2/one', 'C');
    shell.done('each/1/one', 'B');
    expect(shell.state.output).toEqual(['A', 'B', 'C']);
  });

  it('goes on with the round of a repeat that failed, with the context of the round before', () => {
    const shell = ActingShell.started([
      {
        id: 'poll',
        type: 'repeat',
        until: '${index == 1}',
        steps: [
          { id: 'first', task: 't' },
          { id: 'second', task: 't', retry: once },
        ],
      },
    ]);
    shell.done('poll/0/first', { n: 0 });
    shell.done('poll/0/second', { m: 0 });
    shell.done('poll/1/first', { n: 1 });
    shell.broken('poll/1/second');
    shell.tell(retry);
    expect(shell.openCommands().map(({ path }) => path)).toEqual(['poll/1/second']);
    expect(stepCommand(shell.plan, shell.state, 'poll/1/second').input).toEqual({ n: 1, m: 0 });
    shell.done('poll/1/second', 'end');
    expect(shell.state).toMatchObject({ status: 'completed', output: 'end' });
  });

  it('runs the body of a try again, and finally once more with another idempotency key', () => {
    const shell = ActingShell.started([
      {
        id: 'guard',
        type: 'try',
        steps: [
          { id: 'prepare', task: 't' },
          { id: 'work', task: 't', retry: once },
        ],
        catch: [{ codes: ['OTHER'], steps: [{ id: 'mend', task: 't' }] }],
        finally: [{ id: 'tidy', task: 't' }],
      },
    ]);
    shell.done('guard/body/prepare');
    shell.broken('guard/body/work');
    const key = idempotencyKey(shell.state, 'guard/finally/tidy');
    shell.done('guard/finally/tidy');
    expect(shell.state).toMatchObject({ status: 'failed', error: { code: 'BOOM' } });
    shell.tell(retry);
    expect(shell.openCommands().map(({ path }) => path)).toEqual(['guard/body/work']);
    shell.done('guard/body/work', 'well');
    expect(shell.openCommands().map(({ path }) => path)).toEqual(['guard/finally/tidy']);
    expect(idempotencyKey(shell.state, 'guard/finally/tidy')).toBe(`${key}:rerun1`);
    shell.done('guard/finally/tidy');
    expect(shell.state).toMatchObject({ status: 'completed', output: 'well' });
    expect(shell.ran.filter((path) => path === 'guard/body/prepare')).toHaveLength(1);
  });

  it('goes on with the handler that failed, not with the body it had taken over from', () => {
    const shell = ActingShell.started([
      {
        id: 'guard',
        type: 'try',
        steps: [{ id: 'work', task: 't', retry: once }],
        catch: [{ steps: [{ id: 'mend', task: 't', retry: once }] }],
      },
    ]);
    shell.broken('guard/body/work');
    shell.broken('guard/catch-0/mend');
    expect(shell.state.status).toBe('failed');
    expect(shell.tell({ type: 'retryStep', path: 'guard/body/work' })).toMatchObject({ reason: 'notPossible' });
    shell.tell(retry);
    expect(shell.openCommands().map(({ path }) => path)).toEqual(['guard/catch-0/mend']);
    shell.done('guard/catch-0/mend', 'mended');
    expect(shell.state).toMatchObject({ status: 'completed', output: 'mended' });
  });

  it('repeats only a finally that failed', () => {
    const shell = ActingShell.started([
      { id: 'guard', type: 'try', steps: [{ id: 'work', task: 't' }], finally: [{ id: 'tidy', task: 't', retry: once }] },
    ]);
    shell.done('guard/body/work', 'well');
    shell.broken('guard/finally/tidy');
    expect(shell.state.status).toBe('failed');
    shell.tell(retry);
    expect(shell.openCommands().map(({ path }) => path)).toEqual(['guard/finally/tidy']);
    shell.done('guard/finally/tidy');
    expect(shell.state).toMatchObject({ status: 'completed', output: 'well' });
  });

  it.each(['replay', 'snapshot'] as const)('comes back from a %s the same', (how) => {
    const shell = ActingShell.started([
      parallel({
        x: [
          { id: 'a', task: 't', retry: once },
          { id: 'b', task: 't' },
        ],
        y: [{ id: 'c', task: 't', onCancel: 'abandon' }],
      }),
    ]);
    shell.broken('p/x/a');
    expect(shell.state.status).toBe('failed');
    shell.crash(how);
    shell.tell(retry);
    expect(shell.status('p')).toBe('running');
    shell.crash(how);
    shell.done('p/y/c', 'y');
    shell.done('p/x/a');
    shell.crash(how);
    shell.done('p/x/b', 'x');
    expect(shell.state).toMatchObject({ status: 'completed', output: { x: 'x', y: 'y' } });
  });
});

describe('retry inside a lock', () => {
  it('asks for the key anew before anything in it goes on', () => {
    const shell = ActingShell.started([
      {
        id: 'l',
        type: 'lock',
        key: 'till',
        steps: [
          { id: 'a', task: 't' },
          { id: 'b', task: 't', retry: once },
        ],
      },
    ]);
    const grant = (fence: number) => shell.tell({ type: 'lockGranted', path: 'l', token: shell.state.step('l').token!, fence });
    grant(1);
    shell.done('l/body/a');
    shell.broken('l/body/b');
    expect(shell.state.status).toBe('failed');
    shell.tell(retry);
    expect([shell.status('l'), shell.openCommands()]).toEqual(['waiting', []]);
    shell.crash('snapshot');
    grant(2);
    expect(shell.openCommands().map(({ path }) => path)).toEqual(['l/body/b']);
    shell.done('l/body/b', 'end');
    expect(shell.state).toMatchObject({ status: 'completed', output: 'end' });
  });
});
