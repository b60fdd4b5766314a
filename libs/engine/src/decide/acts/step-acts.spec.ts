import type { JsonObject } from '../../model/json.js';
import { nextDueAt } from '../../state/clocks.js';
import { ActingShell } from '../../testing/acting-shell.js';

const once = { maxAttempts: 1 };
const chain: JsonObject[] = [
  { id: 'a', task: 't', retry: once, onCancel: 'abandon' },
  { id: 'b', task: 't', input: { of: '${steps.a.output}' } },
  { id: 'c', task: 't' },
];
const two: JsonObject = {
  id: 'p',
  type: 'parallel',
  branches: { x: [{ id: 'a', task: 't', onCancel: 'abandon' }], y: [{ id: 'b', task: 't', retry: once, onCancel: 'abandon' }] },
};

describe('skip', () => {
  it('passes over a step on its way with an output by hand, and tells its worker', () => {
    const shell = ActingShell.started(chain);
    const command = shell.openCommands()[0]!;
    shell.tell({ type: 'skipStep', path: 'a', output: { n: 1 }, by: 'ana', reason: 'done by phone' });
    expect(shell.state.step('a')).toMatchObject({ status: 'skipped', output: { n: 1 } });
    expect(shell.aborted).toEqual([command.token]);
    expect(shell.state.step('b').input).toEqual({ of: { n: 1 } });
    expect(shell.history.find(({ type }) => type === 'stepSkipped')).toMatchObject({
      data: { because: 'hand', by: 'ana', reason: 'done by phone' },
    });
    expect(shell.complete(command)).toMatchObject({ reason: 'notOpen' });
  });

  it('passes over what is not decided yet, and over a step in backoff', () => {
    const shell = ActingShell.started([{ ...chain[0]!, retry: { maxAttempts: 2, delay: '1h' } }, ...chain.slice(1)]);
    shell.tell({ type: 'skipStep', path: 'b', output: 'b' });
    shell.fail(shell.openCommands()[0]!);
    shell.tell({ type: 'skipStep', path: 'a' });
    expect(shell.openCommands().map(({ path }) => path)).toEqual(['c']);
    expect(nextDueAt(shell.state)).toBeUndefined();
  });

  it('lets a failed instance go on behind the failed step, in a new generation', () => {
    const shell = ActingShell.started(chain);
    shell.broken('a');
    expect(shell.state.status).toBe('failed');
    shell.tell({ type: 'skipStep', path: 'a', output: 1 });
    expect(shell.state).toMatchObject({ status: 'running', generation: 2 });
    expect(shell.openCommands().map(({ path }) => path)).toEqual(['b']);
    shell.done('b');
    shell.done('c', 'end');
    expect(shell.state).toMatchObject({ status: 'completed', output: 'end' });
  });

  it('completes a failed block with the output', () => {
    const shell = ActingShell.started([two, { id: 'last', task: 't' }]);
    shell.broken('p/y/b');
    expect(shell.state.status).toBe('failed');
    shell.tell({ type: 'skipStep', path: 'p', output: { by: 'hand' } });
    expect(shell.state.step('p')).toMatchObject({ status: 'completed', output: { by: 'hand' } });
    expect(shell.openCommands().map(({ path }) => path)).toEqual(['last']);
  });

  it.each([
    ['completed', 'a', 'notPossible'],
    ['unknown', 'x', 'unknownStep'],
  ])('is refused for a step that is %s', (_what, path, reason) => {
    const shell = ActingShell.started(chain);
    shell.done('a');
    expect(shell.tell({ type: 'skipStep', path })).toMatchObject({ accepted: false, reason });
  });

  it('is refused once the instance has ended well or was cancelled, or is being stopped', () => {
    const shell = ActingShell.started([{ id: 'a', task: 't', onCancel: 'wait' }]);
    shell.tell({ type: 'cancel' });
    expect(shell.tell({ type: 'skipStep', path: 'a' })).toMatchObject({ reason: 'notPossible' });
    shell.done('a');
    expect(shell.tell({ type: 'skipStep', path: 'a' })).toMatchObject({ reason: 'alreadyEnded' });
  });
});

describe('complete', () => {
  it('goes on with what a block has', () => {
    const shell = ActingShell.started([two, { id: 'last', task: 't' }]);
    shell.done('p/x/a', 'x');
    shell.tell({ type: 'completeStep', path: 'p', by: 'ana', reason: 'enough' });
    expect(shell.state.step('p')).toMatchObject({ status: 'completed', output: { x: 'x' } });
    expect(shell.status('p/y/b')).toBe('pending'); // forgotten with the block
    expect(shell.aborted).toHaveLength(0);
    expect(shell.openCommands().map(({ path }) => path)).toEqual(['last']);
    expect(shell.history.find(({ type, path }) => type === 'stepCompleted' && path === 'p')).toMatchObject({
      data: { because: 'hand', by: 'ana', reason: 'enough' },
    });
  });

  it('ends a wait with the given output', () => {
    const shell = ActingShell.started([{ id: 'paid', type: 'event', names: ['paid'] }]);
    shell.tell({ type: 'completeStep', path: 'paid', output: { by: 'phone' }, by: 'ana' });
    expect(shell.state).toMatchObject({ status: 'completed', output: { by: 'phone' } });
  });

  it('goes on with the given output, once what runs has stopped', () => {
    const steps = [{ id: 'p', type: 'parallel', branches: { x: [{ id: 'a', task: 't', onCancel: 'wait' }] } }];
    const shell = ActingShell.started(steps);
    shell.tell({ type: 'completeStep', path: 'p', output: 7 });
    expect(shell.status('p')).toBe('running');
    expect(shell.tell({ type: 'completeStep', path: 'p' })).toMatchObject({ reason: 'notPossible' });
    shell.done('p/x/a');
    expect(shell.state).toMatchObject({ status: 'completed', output: 7 });
  });

  it('takes the last whole round of a repeat', () => {
    const steps = [{ id: 'r', type: 'repeat', until: '${false}', steps: [{ id: 'a', task: 't', onCancel: 'abandon' }] }];
    const shell = ActingShell.started(steps);
    shell.done('r/0/a', 'first');
    shell.done('r/1/a', 'second');
    shell.tell({ type: 'completeStep', path: 'r' });
    expect(shell.state).toMatchObject({ status: 'completed', output: 'second' });
  });

  it('is refused for a task: that is skipped', () => {
    const shell = ActingShell.started(chain);
    expect(shell.tell({ type: 'completeStep', path: 'a' })).toMatchObject({ reason: 'notPossible' });
    expect(shell.tell({ type: 'completeStep', path: 'b' })).toMatchObject({ reason: 'notPossible' });
  });
});

describe('cancel of a step', () => {
  it('stops one step and tells its worker who wanted it; what needs it is blocked', () => {
    const shell = ActingShell.started([
      { id: 'a', task: 't', onCancel: 'request' },
      { id: 'b', task: 't' },
    ]);
    shell.tell({ type: 'cancelStep', path: 'a', by: 'ana', reason: 'wrong card' });
    expect(shell.history.at(-1)).toMatchObject({ type: 'stepCancelling', data: { by: 'ana', reason: 'wrong card' } });
    expect(shell.aborted).toHaveLength(1);
    expect(shell.tell({ type: 'cancelStep', path: 'a' })).toMatchObject({ reason: 'notPossible' });
    shell.done('a');
    expect([shell.status('a'), shell.status('b'), shell.state.status]).toEqual(['cancelled', 'blocked', 'failed']);
    shell.tell({ type: 'retry' });
    expect(shell.openCommands().map(({ path }) => path)).toEqual(['a']);
  });

  it('stops a block and all in it', () => {
    const shell = ActingShell.started([two]);
    shell.tell({ type: 'cancelStep', path: 'p', by: 'ana' });
    expect(shell.status('p')).toBe('cancelled');
    expect(shell.state.status).toBe('failed');
  });

  it('is refused for what has ended', () => {
    const shell = ActingShell.started(chain);
    shell.done('a');
    expect(shell.tell({ type: 'cancelStep', path: 'a' })).toMatchObject({ reason: 'notPossible' });
    expect(shell.tell({ type: 'cancelStep', path: 'nope' })).toMatchObject({ reason: 'unknownStep' });
  });
});
