import type { DecisionContext } from '../model/message.js';
import { planOf } from '../testing/play.js';
import { VirtualShell } from '../testing/virtual-shell.js';

/** A step that has been in the queue for its ten seconds; `known` is what the shell knows of workers then. */
function waited(known: Partial<DecisionContext>): VirtualShell {
  const steps = [{ id: 'a', task: 't', queueTimeout: '10s', retry: { maxAttempts: 2, delay: '1s', jitter: 0 } }];
  const shell = new VirtualShell(planOf({ steps }));
  shell.start();
  const context = shell.context.bind(shell);
  shell.context = () => ({ ...context(), ...known });
  shell.nowMs += 10_000;
  shell.tell({ type: 'wake' });
  return shell;
}

describe('queueTimeout', () => {
  it.each([
    ['NO_WORKER', false],
    ['TIMED_OUT', true],
  ])('fails the step with %s when a live worker serves the task: %s, and withdraws the command', (code, isServed) => {
    const { state, aborted, commands } = waited({ isServed: () => isServed });
    expect(state.error).toMatchObject({ code, path: 'a' });
    expect(aborted).toEqual([commands[0]!.token]);
  });

  it('is spent when a worker has begun the attempt', () => {
    const shell = waited({ runningOn: () => 'w1' });
    expect(shell.state.step('a').status).toBe('running');
    expect(shell.dueAt()).toBeUndefined();
    shell.complete(shell.commands[0]!, 1);
    expect(shell.state.output).toBe(1);
  });

  it('waits while nobody knows what workers run', () => {
    const shell = waited({ isDeaf: true });
    expect(shell.state.step('a').status).toBe('scheduled');
    shell.context = VirtualShell.prototype.context.bind(shell);
    shell.tell({ type: 'wake' });
    expect(shell.state.error).toMatchObject({ code: 'TIMED_OUT' });
  });

  it('begins anew with each attempt', () => {
    const steps = [{ id: 'a', task: 't', queueTimeout: '10s', retry: { maxAttempts: 2, delay: '1s', jitter: 0 } }];
    const shell = new VirtualShell(planOf({ steps }));
    shell.start();
    shell.nowMs += 9_000;
    shell.fail(shell.commands[0]!);
    shell.passTime();
    expect(shell.dueAt()).toBe(shell.nowMs + 10_000);
  });
});
