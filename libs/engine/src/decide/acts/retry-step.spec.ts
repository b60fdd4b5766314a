import { idempotencyKey } from '../../effects/idempotency-key.js';
import { stepCommand } from '../../effects/step-command.js';
import { ActingShell } from '../../testing/acting-shell.js';

const once = { maxAttempts: 1 };
const retry = { type: 'retry', by: 'ana', reason: 'the bank is back' } as const;
const parallel = (branches: object, more: object = {}) => ({ id: 'p', type: 'parallel', branches, ...more }) as never;

describe('retry of a step', () => {
  const two = (more: object = {}) => [
    { id: 'a', task: 't', needs: [], retry: once, ...more },
    { id: 'b', task: 't', needs: [], retry: once },
    { id: 'after', task: 't', needs: ['a'] },
  ];

  it('opens a new generation for it and what was blocked behind it, and leaves other failures', () => {
    const shell = ActingShell.started(two());
    shell.broken('a');
    shell.broken('b');
    shell.tell({ type: 'retryStep', path: 'a', by: 'ana' });
    expect(shell.state).toMatchObject({ status: 'running', generation: 2 });
    expect(shell.openCommands().map(({ path }) => path)).toEqual(['a']);
    shell.done('a');
    shell.done('after');
    expect(shell.state).toMatchObject({ status: 'failed', error: { path: 'b' } });
    shell.tell(retry);
    shell.done('b');
    expect(shell.state).toMatchObject({ status: 'completed', generation: 3 });
  });

  it('takes an edited input, which makes another idempotency key and stays for later retries', () => {
    const shell = ActingShell.started([{ id: 'a', task: 't', retry: once, input: { card: 'old' } }]);
    const key = idempotencyKey(shell.state, 'a');
    shell.broken('a');
    shell.tell({ type: 'retryStep', path: 'a', input: { card: 'new' } });
    expect(stepCommand(shell.plan, shell.state, 'a')).toMatchObject({ input: { card: 'new' }, idempotencyKey: `${key}:rerun1` });
    shell.broken('a');
    shell.tell(retry);
    expect(stepCommand(shell.plan, shell.state, 'a')).toMatchObject({ input: { card: 'new' }, idempotencyKey: `${key}:rerun1` });
    shell.crash('replay');
    expect(stepCommand(shell.plan, shell.state, 'a').input).toEqual({ card: 'new' });
  });

  it('takes a step out of its backoff at once', () => {
    const shell = ActingShell.started([{ id: 'a', task: 't', retry: { maxAttempts: 2, delay: '1h', jitter: 0 }, input: 1 }]);
    shell.fail(shell.openCommands()[0]!);
    expect(shell.tell({ type: 'retryStep', path: 'a', input: 2, by: 'ana' }).accepted).toBe(true);
    expect(stepCommand(shell.plan, shell.state, 'a')).toMatchObject({ attempt: 2, input: 2 });
    expect(shell.state.generation).toBe(1);
    expect(shell.history.find(({ type }) => type === 'stepRetried')).toMatchObject({ data: { by: 'ana', input: 2 } });
  });

  it('waits for the resumption while the instance is paused', () => {
    const shell = ActingShell.started([{ id: 'a', task: 't', retry: { maxAttempts: 2, delay: '1h', jitter: 0 } }]);
    shell.fail(shell.openCommands()[0]!);
    shell.tell({ type: 'pause' });
    shell.nowMs += 1_000;
    shell.tell({ type: 'retryStep', path: 'a' });
    expect(shell.status('a')).toBe('retrying');
    shell.nowMs += 1_000;
    shell.tell({ type: 'resume' });
    expect(shell.status('a')).toBe('scheduled');
  });

  it('works while other steps still run', () => {
    const shell = ActingShell.started(two());
    shell.broken('a');
    expect(shell.tell({ type: 'retryStep', path: 'a' }).accepted).toBe(true);
    shell.done('b');
    shell.done('a');
    shell.done('after');
    expect(shell.state).toMatchObject({ status: 'completed', generation: 2 });
  });

  it('works inside a block that is still open', () => {
    const shell = ActingShell.started([
      parallel(
        {
          x: [
            { id: 'a', task: 't', retry: once },
            { id: 'n', task: 't' },
          ],
          y: [{ id: 'b', task: 't' }],
        },
        { onError: 'collect' },
      ),
    ]);
    shell.broken('p/x/a');
    shell.tell({ type: 'retryStep', path: 'p/x/a' });
    shell.done('p/y/b', 'y');
    shell.done('p/x/a');
    shell.done('p/x/n', 'x');
    expect(shell.state).toMatchObject({
      status: 'completed',
      output: { x: { ok: true, output: 'x' }, y: { ok: true, output: 'y' } },
    });
  });

  it.each([
    ['a step that completed', 'a', 'notPossible'],
    ['a step that runs', 'b', 'notPossible'],
    ['a step not reached', 'c', 'notPossible'],
    ['a step there is not', 'd', 'unknownStep'],
  ])('is refused for %s', (_what, path, reason) => {
    const shell = ActingShell.started([
      { id: 'a', task: 't' },
      { id: 'b', task: 't' },
      { id: 'c', task: 't' },
    ]);
    shell.done('a');
    expect(shell.tell({ type: 'retryStep', path })).toMatchObject({ accepted: false, reason });
  });

  it('is refused an input for what takes none', () => {
    const shell = ActingShell.started([{ id: 'f', type: 'fail', code: 'NO' }]);
    expect(shell.tell({ type: 'retryStep', path: 'f', input: 1 })).toMatchObject({ reason: 'notPossible' });
    expect(shell.tell({ type: 'retryStep', path: 'f' }).accepted).toBe(true);
    expect(shell.state).toMatchObject({ status: 'failed', generation: 2 });
  });
});
