import { effects } from '../../effects/effects.js';
import type { Json } from '../../model/json.js';
import { story, type Worker } from '../../testing/play.js';
import type { VirtualShell } from '../../testing/virtual-shell.js';
import { VirtualWorld } from '../../testing/virtual-world.js';

const once = { maxAttempts: 1 };
const child = (more: object = {}): object => ({ id: 'c', type: 'workflow', workflow: 'child', retry: once, ...more });
const task = (id: string, more: object = {}): object => ({ id, task: 'do', retry: once, ...more });
const undoable = (id: string): object => task(id, { compensate: { task: 'undo', input: { id } } });
const boom = task('boom', { task: 'boom' });
/** Fails the task `boom`; never answers `hang`. */
const worker: Worker = (_path, input, name) =>
  name === 'boom' ? { code: 'BOOM' } : name === 'hang' ? 'never' : { output: input };

function world(parent: object | object[], childSteps: object[] = [task('a')], more: object = {}): VirtualWorld {
  const top = Array.isArray(parent) ? { steps: parent } : parent;
  return new VirtualWorld({ parent: top, child: { steps: childSteps, ...more } });
}
const types = (shell: VirtualShell): string[] => shell.history.map(({ type }) => type);
const sentTypes = (shell: VirtualShell): string[] => shell.sent.map(({ message }) => message.type);

describe('workflow steps', () => {
  it('wait for the child and take its output', () => {
    const all = world([
      child({ input: { n: '${input.n + 1}' } }),
      { id: 'after', type: 'set', values: { got: '${steps.c.output.n}' } },
    ]);
    const top = all.start('parent', { n: 1 });
    expect(top.state.status).toBe('waiting');
    all.run(worker);
    expect(top.state).toMatchObject({ status: 'completed', output: { got: 2 } });
    const [one] = all.of('child');
    expect(one!.state.parent).toMatchObject({ instance: top.id, path: 'c', depth: 1 });
    expect(top.history.find(({ type }) => type === 'childRequested')?.data).toMatchObject({
      childId: one!.id,
      workflow: 'child',
    });
  });

  it('give the context to a child without an input of its own', () => {
    const all = world([{ id: 's', type: 'set', values: { x: 1 } }, child()]);
    all.start('parent', { y: 2 });
    all.run(worker);
    expect(all.of('child')[0]!.state.input).toEqual({ y: 2, x: 1 });
  });

  it('fail where the context is too large to be an input', () => {
    const all = world([child()]);
    const top = all.start('parent', { a: 'x'.repeat(2 * 1024 * 1024 - 7) });
    expect(top.state.error).toMatchObject({ code: 'INPUT_INVALID', path: 'c' });
    expect(all.start('parent', { a: 'x'.repeat(2 * 1024 * 1024 - 8) }).state.status).toBe('waiting');
    expect(all.of('child')).toEqual([]);
  });

  it('give a new child the input that was edited by hand, when they are retried and out of their backoff', () => {
    const retry = { maxAttempts: 2, delay: '1h' };
    const all = world([child({ input: { n: 1 }, retry })], [boom]);
    const top = all.start('parent');
    const inputs = (): Json[] => all.of('child').map(({ state }) => state.input);
    const edit = (n: number): boolean => top.tell({ type: 'retryStep', path: 'c', input: { n } }).accepted;
    all.run(worker, () => inputs().length === 1 && top.state.step('c').status === 'retrying' && edit(2));
    expect(inputs()).toEqual([{ n: 1 }, { n: 2 }]);
    edit(3);
    all.run(worker);
    expect(inputs().slice(2)).toEqual([{ n: 3 }, { n: 3 }]);
    top.tell({ type: 'retry' }); // the last child goes on, with that input
    all.settle();
    expect(inputs()).toHaveLength(4);
    expect(all.of('child').at(-1)!.state.status).toBe('running');
  });

  it('start no second child however often what was sent arrives, and after any crash', () => {
    const all = world([child()]);
    const top = all.start('parent');
    top.crash('replay');
    top.sent.push(...top.sent);
    all.run(worker);
    expect(all.of('child')).toHaveLength(1);
    expect(top.state.status).toBe('completed');
  });

  it('fail with the failure of the child', () => {
    const all = world([child()], [boom]);
    const top = all.start('parent');
    all.run(worker);
    const { id } = all.of('child')[0]!;
    expect(top.state.error).toMatchObject({
      code: 'CHILD_FAILED',
      path: 'c',
      details: { id, status: 'failed', origin: id, error: { code: 'BOOM', path: 'boom' } },
    });
  });

  it('fail with what it began with, said once, however deep in children that was', () => {
    const next = { ...child({ workflow: 'deeper', input: { n: '${input.n - 1}' } }), when: '${input.n > 0}' };
    const all = new VirtualWorld({ deeper: { steps: [next, boom] } });
    const top = all.start('deeper', { n: 50 });
    all.run(worker);
    const chain = all.of('deeper');
    expect(chain).toHaveLength(51);
    expect(top.state.error).toMatchObject({
      code: 'CHILD_FAILED',
      details: { id: chain[1]!.id, status: 'failed', origin: chain.at(-1)!.id, error: { code: 'BOOM', path: 'boom' } },
    });
    const sizes = chain.slice(0, -1).map(({ state }) => JSON.stringify(state.error).length);
    expect(new Set(sizes)).toEqual(new Set([sizes.at(-1)!]));
  });

  it('try again with a new child each time, as the policy says', () => {
    const all = world([child({ retry: { maxAttempts: 3, delay: '5s', jitter: 0 } })], [boom]);
    const top = all.start('parent');
    all.run(worker);
    expect(all.of('child')).toHaveLength(3);
    expect(new Set(all.of('child').map(({ id }) => id)).size).toBe(3);
    expect(types(top).filter((type) => type === 'stepRetryScheduled')).toHaveLength(2);
    expect(top.state.status).toBe('failed');
  });

  it('do not try again after somebody cancelled the child', () => {
    const all = world([child({ retry: { maxAttempts: 3 } })], [task('h', { task: 'hang', onCancel: 'abandon' })]);
    const top = all.start('parent');
    all.settle();
    all.of('child')[0]!.tell({ type: 'cancel' });
    all.run(worker);
    expect(all.of('child')).toHaveLength(1);
    expect(top.state.error).toMatchObject({ code: 'CHILD_FAILED', details: { status: 'cancelled' } });
  });

  it('fail for good when there is no such definition', () => {
    const all = world([child({ workflow: 'absent', retry: { maxAttempts: 3 } })]);
    const top = all.start('parent');
    all.run(worker);
    expect(top.state.error).toMatchObject({ code: 'DEFINITION_NOT_FOUND', path: 'c' });
  });

  it('stop the child that takes longer than the time-out', () => {
    const all = world([child({ timeout: '1m' })], [task('h', { task: 'hang', onCancel: 'abandon' })]);
    const top = all.start('parent');
    all.run(worker);
    expect(top.state.error).toMatchObject({ code: 'TIMED_OUT', path: 'c' });
    expect(all.of('child')[0]!.state.status).toBe('cancelled');
    expect(effects(top.state, top.history).filter(({ kind }) => kind === 'abort')).toEqual([]);
  });

  it('bound all attempts by totalTimeout', () => {
    const retry = { maxAttempts: 100, delay: '30s', backoff: 'constant', jitter: 0 };
    const all = world([child({ totalTimeout: '50s', retry })], [boom]);
    const top = all.start('parent');
    all.run(worker);
    expect(all.of('child')).toHaveLength(2);
    expect(top.state.status).toBe('failed');
  });

  it('refuse what would be the 101st instance below the first', () => {
    const all = new VirtualWorld({ child: { steps: [child()] } });
    const top = all.start('child');
    all.run(worker);
    expect(all.instances.size).toBe(101);
    expect([...all.instances.values()].at(-1)!.state.error).toMatchObject({ code: 'CHILD_DEPTH' });
    expect(top.state.status).toBe('failed');
  });

  it('nested deep inside blocks hear from their own children', () => {
    const each = { id: 'each', type: 'forEach', items: [1, 2, 3], steps: [child({ input: { n: '${item}' } })] };
    const all = world([each]);
    const top = all.start('parent');
    all.run(worker);
    expect(top.state.output).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });
});

describe('detached children', () => {
  it('complete the step as soon as they run, and outlive the parent', () => {
    const all = world([child({ detached: true })], [task('h', { task: 'hang' })]);
    const top = all.start('parent');
    all.run(worker);
    const [one] = all.of('child');
    expect(top.state).toMatchObject({ status: 'completed', output: { id: one!.id } });
    expect(one!.state.status).toBe('running');
  });

  it('fail the step when they cannot start', () => {
    const all = world([child({ detached: true, workflow: 'absent' })]);
    const top = all.start('parent');
    all.run(worker);
    expect(top.state.status).toBe('failed');
  });

  it('tell nobody how they ended', () => {
    const all = world([child({ detached: true })]);
    all.start('parent');
    all.run(worker);
    expect(sentTypes(all.of('child')[0]!)).toEqual([]);
  });
});

describe('children with a key', () => {
  const keyed = child({ key: 'k-${input.k}' });

  it.each([false, true])('are joined, running or ended (ended: %s), and give their result to all', (isEnded) => {
    const all = world([keyed], [task('a', { input: 'once' })]);
    const first = all.start('parent', { k: 1 });
    if (isEnded) all.run(worker);
    const second = all.start('parent', { k: 1 });
    all.run(worker);
    expect(all.of('child')).toHaveLength(1);
    expect([first.state.output, second.state.output]).toEqual(['once', 'once']);
  });

  it('are not tried again', () => {
    const all = world([child({ key: 'k', retry: { maxAttempts: 3 } })], [boom]);
    const top = all.start('parent');
    all.run(worker);
    expect(all.of('child')).toHaveLength(1);
    expect(top.state.error).toMatchObject({ code: 'CHILD_FAILED' });
  });

  it('go on when a parent that only joined them is cancelled', () => {
    const all = world([keyed], [task('h', { task: 'hang', onCancel: 'abandon' })]);
    const first = all.start('parent', { k: 1 });
    all.settle();
    const second = all.start('parent', { k: 1 });
    all.settle();
    second.tell({ type: 'cancel' });
    all.settle();
    expect([first, second].map(({ state }) => state.status)).toEqual(['waiting', 'cancelled']);
    expect(all.of('child')[0]!.state.status).toBe('running');
  });
});

describe('cancelling', () => {
  const hang = task('h', { task: 'hang', onCancel: 'abandon' });

  it('reaches the child, and the parent waits for its end', () => {
    const all = world([child()], [task('h', { task: 'hang' })]);
    const top = all.start('parent');
    all.run(worker);
    const [one] = all.of('child');
    const command = one!.openCommands()[0]!;
    top.tell({ type: 'cancel', reason: 'enough', by: 'ann' });
    all.settle();
    expect([top.state.status, one!.state.status]).toEqual(['cancelling', 'cancelling']);
    expect(one!.state.closing).toMatchObject({ as: 'cancelled', reason: 'enough', by: 'ann' });
    one!.fail(command, 'CANCELLED');
    all.settle();
    expect([top.state.status, one!.state.status]).toEqual(['cancelled', 'cancelled']);
  });

  it('reaches a child that has not been started yet', () => {
    const all = world([child()], [hang]);
    const top = all.start('parent');
    top.tell({ type: 'cancel' });
    all.run(worker);
    expect([top.state.status, all.of('child')[0]!.state.status]).toEqual(['cancelled', 'cancelled']);
  });

  it('does not wait with onCancel: abandon', () => {
    const all = world([child({ onCancel: 'abandon' })], [task('h', { task: 'hang' })]);
    const top = all.start('parent');
    all.settle();
    top.tell({ type: 'cancel' });
    expect(top.state.status).toBe('cancelled');
    all.run(worker);
    expect(all.of('child')[0]!.state.status).toBe('cancelled');
  });

  it('leaves a child with onParentClose: abandon alone, whatever becomes of the parent', () => {
    const all = world([child({ onParentClose: 'abandon' })], [hang]);
    const top = all.start('parent');
    all.settle();
    top.tell({ type: 'cancel' });
    all.run(worker);
    expect([top.state.status, all.of('child')[0]!.state.status]).toEqual(['cancelled', 'running']);
  });

  it.each([
    [
      'a join that no longer needs it',
      [child({ needs: [] }), task('b', { needs: [] }), task('j', { needs: ['c', 'b'], join: 'any', cancelRest: true })],
    ],
    ['a failure with failFast', { failFast: true, steps: [child({ needs: [] }), task('b', { needs: [], task: 'boom' })] }],
    [
      'a block that is decided',
      [{ id: 'p', type: 'parallel', join: 'any', cancelRest: true, branches: { x: [child()], y: [task('b')] } }],
    ],
    ['complete', [child({ needs: [] }), task('b', { needs: [] }), { id: 'end', type: 'complete', needs: ['b'] }]],
    ['the time-out of the instance', { timeout: '1m', steps: [child()] }],
  ])('of the step by %s stops the child', (_why, parent) => {
    const all = world(parent, [hang]);
    const top = all.start('parent');
    all.run(worker);
    expect(all.of('child')[0]!.state.status).toBe('cancelled');
    expect(top.state.endedAt).toBeDefined();
  });
});

describe('undoing children', () => {
  const undone = (shell: VirtualShell): string[] => story(shell).filter((one) => /^stepScheduled .*~undo$/.test(one));

  it('lets a completed child undo itself, in its turn', () => {
    const all = world([undoable('a'), child(), undoable('z'), boom], [undoable('x'), undoable('y')]);
    const top = all.start('parent');
    all.run(worker);
    const [one] = all.of('child');
    expect([top.state.status, one!.state.status]).toEqual(['compensated', 'compensated']);
    expect(undone(one!)).toEqual(['stepScheduled y/~undo', 'stepScheduled x/~undo']);
    const told = story(top);
    expect(told.slice(told.indexOf('instanceCompensating'))).toEqual([
      'instanceCompensating',
      'stepScheduled z/~undo',
      'stepCompleted z/~undo',
      'childCompensating c',
      'childCompensated c',
      'stepScheduled a/~undo',
      'stepCompleted a/~undo',
      'instanceCompensated',
    ]);
    expect(sentTypes(one!)).toEqual(['childEnded', 'childCompensated']);
  });

  it('ends plainly when the child has nothing to undo', () => {
    const all = world([child(), boom]);
    const top = all.start('parent');
    all.run(worker);
    expect([top.state.status, all.of('child')[0]!.state.status]).toEqual(['failed', 'completed']);
  });

  it('goes by compensate of the step when it has one', () => {
    const all = world([child({ compensate: { task: 'undo', input: '${output}' } }), boom], [undoable('x')]);
    const top = all.start('parent');
    all.run(worker);
    expect([top.state.status, all.of('child')[0]!.state.status]).toEqual(['compensated', 'completed']);
    expect(undone(top)).toEqual(['stepScheduled c/~undo']);
  });

  it('reaches grandchildren', () => {
    const all = new VirtualWorld({
      parent: { steps: [{ ...child(), workflow: 'middle' }, boom] },
      middle: { steps: [child()] },
      child: { steps: [undoable('x')] },
    });
    const top = all.start('parent');
    all.run(worker);
    expect([top, ...all.of('middle'), ...all.of('child')].map(({ state }) => state.status)).toEqual([
      'compensated',
      'compensated',
      'compensated',
    ]);
  });

  it('tells what the child could not undo', () => {
    const all = world([child(), boom], [undoable('x'), undoable('y')]);
    const top = all.start('parent');
    all.run((path, input, name) => (path === 'child:x/~undo' ? { code: 'STUCK' } : worker(path, input, name)));
    expect(all.of('child')[0]!.state.status).toBe('compensation_failed');
    expect(top.history.at(-1)).toMatchObject({
      type: 'instanceCompensationFailed',
      data: { failures: [{ path: 'c', code: 'STUCK', message: 'in the child, at x: STUCK' }] },
    });
  });

  it('does not undo children that are detached or were only joined', () => {
    const all = world([child({ key: 'k' }), boom], [undoable('x')]);
    all.start('parent');
    const second = all.start('parent');
    all.run(worker);
    expect(second.state.status).toBe('failed');
    const loose = world([child({ detached: true }), boom], [undoable('x')]);
    const top = loose.start('parent');
    loose.run(worker);
    expect(top.state.status).toBe('failed');
  });

  it('takes a child that came through while it was being cancelled as completed, for compensation', () => {
    const all = world([child()], [undoable('x')]);
    const top = all.start('parent');
    all.settle();
    const [one] = all.of('child');
    one!.complete(one!.commands.shift()!);
    top.tell({ type: 'cancel', compensate: true });
    all.run(worker);
    expect([top.state.status, one!.state.status]).toEqual(['compensated', 'compensated']);
  });

  it('makes a child that is stopped with a parent that undoes itself do the same', () => {
    const all = world([undoable('a'), child()], [undoable('x'), task('h', { task: 'hang', onCancel: 'abandon' })]);
    const top = all.start('parent');
    all.run(worker);
    top.tell({ type: 'cancel', compensate: true });
    all.run(worker);
    expect([top.state.status, all.of('child')[0]!.state.status]).toEqual(['compensated', 'compensated']);
  });

  it('survives a crash of any of them', () => {
    const all = world([undoable('a'), child(), boom], [undoable('x')]);
    const top = all.start('parent');
    all.run((path, input, name) => {
      for (const shell of all.instances.values()) shell.crash(path.length % 2 === 0 ? 'replay' : 'snapshot');
      return worker(path, input as Json, name);
    });
    expect(top.state.status).toBe('compensated');
  });
});
