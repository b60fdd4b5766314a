import { compile } from '../compile/compile.js';
import { INJECTED_FAILURE } from '../model/failure.js';
import type { JsonObject } from '../model/json.js';
import type { Plan } from '../model/plan.js';
import { stepCommand } from '../effects/step-command.js';
import { reasons } from '../effects/reason.js';
import { VirtualShell } from '../testing/virtual-shell.js';
import { emptyInstanceView, foldInstanceView } from '../view/instance-view.js';

const planOf = (steps: JsonObject[], more: JsonObject = {}): Plan => {
  const { plan, problems } = compile({ name: 'test', version: '1.0.0', steps, ...more });
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  return plan;
};
const started = (steps: JsonObject[], more: JsonObject = {}, input: JsonObject = {}): VirtualShell => {
  const shell = new VirtualShell(planOf(steps, more));
  shell.start(input);
  return shell;
};
const retryOnce = { maxAttempts: 2, delay: '10s', jitter: 0 };

describe('decide', () => {
  it('runs a pipeline one step after the other and gives the last output', () => {
    const shell = started([
      { id: 'a', task: 't' },
      { id: 'b', task: 't' },
    ]);
    expect(shell.commands.map((command) => command.path)).toEqual(['a']);
    shell.complete(shell.commands[0]!, { n: 1 });
    shell.complete(shell.commands[1]!, { n: 2 });
    expect(shell.state.status).toBe('completed');
    expect(shell.state.output).toEqual({ n: 2 });
  });

  it('completes a definition without steps at once', () => {
    expect(started([]).state.status).toBe('completed');
  });

  it('rejects a completion of an earlier attempt', () => {
    const shell = started([{ id: 'a', task: 't', retry: retryOnce }]);
    const first = shell.commands[0]!;
    shell.fail(first);
    shell.passTime();
    expect(shell.complete(first)).toEqual({ accepted: false, reason: 'staleAttempt' });
    expect(shell.complete(shell.commands[1]!).accepted).toBe(true);
  });

  it('waits out the backoff, to the millisecond', () => {
    const shell = started([{ id: 'a', task: 't', retry: retryOnce }]);
    shell.fail(shell.commands[0]!);
    expect(shell.state.status).toBe('waiting');
    shell.nowMs += 9_999;
    expect(shell.tell({ type: 'wake' })).toEqual({ accepted: false, reason: 'nothingDue' });
    shell.nowMs += 1;
    shell.tell({ type: 'wake' });
    expect(shell.commands).toHaveLength(2);
  });

  it('keeps queueing steps out of the run once they are cancelled by a join that no longer needs them', () => {
    // found by the property test: a step cancelled while it stood in the ready queue was started later
    const shell = started([
      { id: 'quick', type: 'set', values: {} },
      { id: 'slow', task: 't', needs: [] },
      { id: 'late', task: 't', needs: ['slow'] },
      { id: 'race', task: 't', needs: ['quick', 'late'], join: 'any', cancelRest: true },
    ]);
    shell.complete({ path: 'slow', token: shell.state.step('slow').token! });
    expect(shell.state.step('late').status).toBe('cancelled');
    shell.complete({ path: 'race', token: shell.state.step('race').token! });
    expect(shell.state.status).toBe('completed');
  });

  it('cancels and absorbs the rest of a join that was met, though its step is passed over', () => {
    const shell = started([
      { id: 'quick', type: 'set', values: {} },
      { id: 'slow', task: 't', needs: [] },
      { id: 'bad', type: 'fail', needs: [] },
      { id: 'race', task: 't', needs: ['quick', 'slow', 'bad'], join: 'any', cancelRest: true, when: '${false}' },
    ]);
    expect(shell.state.step('race').status).toBe('skipped');
    expect(shell.state.step('slow').status).toBe('cancelled');
    expect(shell.state.status).toBe('completed');
  });

  it('waits for no answer to a command that it stops before it has left', () => {
    const shell = started([
      { id: 'slow', task: 't', needs: [], onCancel: 'wait' },
      { id: 'end', type: 'complete', needs: [] },
    ]);
    expect([shell.state.status, shell.commands, shell.aborted]).toEqual(['completed', [], []]);
  });

  it('begins nothing more in the body of a try after its first failure, whatever was ready', () => {
    const shell = started([
      {
        id: 'guard',
        type: 'try',
        steps: [
          { id: 'a', task: 't', retry: { maxAttempts: 1 } },
          { id: 'handle', task: 't', needs: ['a'], runOn: 'failure' },
          { id: 'tidy', task: 't', needs: ['a'], runOn: 'always' },
        ],
        catch: [{ steps: [{ id: 'mend', task: 't' }] }],
      },
    ]);
    shell.fail(shell.commands[0]!);
    expect(shell.commands.map(({ path }) => path)).toEqual(['guard/body/a', 'guard/catch-0/mend']);
  });

  it('does not count a lost attempt against maxAttempts, and gives up after four in a row', () => {
    const shell = started([{ id: 'a', task: 't', heartbeat: '5s', retry: { maxAttempts: 1 } }]);
    for (let round = 0; round < 4; round += 1) {
      const command = shell.openCommands()[0]!;
      shell.tell({ type: 'claim', ...command, claimant: `w${round}` });
      shell.tell({ type: 'lost', ...command, code: 'WORKER_LOST' });
    }
    expect(shell.state.status).toBe('failed');
    expect(shell.state.error).toMatchObject({ code: 'WORKER_CRASHED', path: 'a' });
  });

  it('uses up no attempt for a failure that chaos mode has injected, and crashes no worker by it; but not without end', () => {
    const shell = started([{ id: 'a', task: 't', retry: { maxAttempts: 1 } }]);
    for (let round = 0; round < 20; round += 1) shell.fail(shell.openCommands()[0]!, INJECTED_FAILURE);
    expect(shell.state.step('a')).toMatchObject({ status: 'scheduled', attempt: 21, lostInARow: 0 });
    shell.fail(shell.openCommands()[0]!, INJECTED_FAILURE);
    expect(shell.state.error).toMatchObject({ code: INJECTED_FAILURE, path: 'a' });
  });

  it('never runs an atMostOnce step again when its worker is lost', () => {
    const shell = started([{ id: 'a', task: 't', effect: 'atMostOnce' }]);
    const command = shell.commands[0]!;
    shell.tell({ type: 'claim', ...command, claimant: 'w' });
    shell.tell({ type: 'lost', ...command, code: 'WORKER_LOST' });
    expect(shell.state.error).toMatchObject({ code: 'WORKER_LOST' });
    expect(shell.commands).toHaveLength(1);
  });

  it.each([
    ['goes on with another attempt', { retry: { maxAttempts: 1 }, heartbeat: '5s' }, 'running', 2],
    ['never runs an atMostOnce step again', { effect: 'atMostOnce' }, 'failed', 1],
  ])('takes the word of a worker that was shut down as a loss, and %s', (_, options, status, commands) => {
    const shell = started([{ id: 'a', task: 't', ...options }]);
    const command = shell.commands[0]!;
    shell.tell({ type: 'claim', ...command, claimant: 'w' });
    shell.fail(command, 'WORKER_LOST');
    shell.passTime();
    expect({ status: shell.state.status, commands: shell.commands.length }).toEqual({ status, commands });
  });

  it.each(['a.b', 'q'.repeat(64), 'q q'])(
    'fails a step whose computed queue %j cannot be a queue, and sends nothing',
    (queue) => {
      const shell = started([{ id: 'a', task: 't', queue: '${input.queue}' }], {}, { queue });
      expect(shell.state.error).toMatchObject({ code: 'EXPRESSION_FAILED', path: 'a' });
      expect(shell.commands).toEqual([]);
    },
  );

  it('fails a step whose computed task cannot be a task', () => {
    const shell = started([{ id: 'a', task: '${input.task}' }], {}, { task: '../t' });
    expect(shell.state.error).toMatchObject({ code: 'EXPRESSION_FAILED', path: 'a' });
  });

  it('grants a claim to the first claimant only, and to its repeats', () => {
    const shell = started([{ id: 'a', task: 't', effect: 'atMostOnce' }]);
    const command = shell.commands[0]!;
    expect(shell.tell({ type: 'claim', ...command, claimant: 'w1' }).accepted).toBe(true);
    expect(shell.tell({ type: 'claim', ...command, claimant: 'w1' }).accepted).toBe(true);
    expect(shell.tell({ type: 'claim', ...command, claimant: 'w2' })).toEqual({ accepted: false, reason: 'alreadyClaimed' });
  });

  it('waits for the worker when an attempt that is out is cancelled, and takes a late success as such', () => {
    const shell = started([{ id: 'a', task: 't' }]);
    shell.tell({ type: 'cancel', reason: 'changed my mind' });
    expect(shell.state.status).toBe('cancelling');
    expect(shell.aborted).toEqual([shell.commands[0]!.token]);
    shell.complete(shell.commands[0]!, { done: true });
    expect(shell.state.status).toBe('cancelled');
    expect(shell.history.find((event) => event.type === 'stepCancelled')?.data).toMatchObject({
      outcome: 'completed',
      output: { done: true },
    });
  });

  it('ends a cancelled instance without its worker after the grace', () => {
    const shell = started([{ id: 'a', task: 't' }]);
    shell.tell({ type: 'cancel' });
    shell.passTime();
    expect(shell.state.status).toBe('cancelled');
  });

  it('times an instance out, or only tells, as the definition says', () => {
    const failing = started([{ id: 'a', task: 't', onCancel: 'abandon' }], { timeout: '1m' });
    failing.passTime();
    expect(failing.state.status).toBe('timed_out');
    const telling = started([{ id: 'a', task: 't' }], { timeout: { after: '1m', then: 'alert' } });
    telling.passTime();
    expect(telling.history.at(-1)?.type).toBe('instanceOverdue');
    telling.complete(telling.commands[0]!);
    expect(telling.state.status).toBe('completed');
  });

  it('feeds a step without input with the context: the instance input and the outputs of all ancestors, later ones winning', () => {
    const shell = started(
      [
        { id: 'a', task: 't' },
        { id: 'b', task: 't' },
        { id: 'c', task: 't', needs: ['b'] },
      ],
      {},
      { from: 'input', shared: 0 },
    );
    shell.complete(shell.commands[0]!, { a: 1, shared: 1 });
    shell.complete(shell.commands[1]!, { b: 2, shared: 2 });
    expect(stepCommand(shell.plan, shell.state, 'c').input).toEqual({ from: 'input', a: 1, b: 2, shared: 2 });
  });

  it('gives only the needs that met the join to the context', () => {
    const shell = started([
      { id: 'a', task: 't', needs: [] },
      { id: 'b', task: 't', needs: [] },
      { id: 'first', task: 't', needs: ['a', 'b'], join: 'any' },
    ]);
    shell.complete(shell.commands[1]!, { who: 'b' });
    shell.complete(shell.commands[0]!, { who: 'a', late: true });
    expect(stepCommand(shell.plan, shell.state, 'first').input).toEqual({ who: 'b' });
  });

  it('fails a step whose expression fails, without a retry', () => {
    const shell = started([{ id: 'a', task: 't', input: { x: '${input.missing.deeper}' } }]);
    expect(shell.state.error).toMatchObject({ code: 'EXPRESSION_FAILED', path: 'a' });
    expect(shell.commands).toEqual([]);
  });

  it('fans out in slices and goes on by itself', () => {
    const steps = Array.from({ length: 1_200 }, (_, index) => ({ id: `s${index}`, task: 't', needs: [] }));
    const shell = started(steps);
    expect(shell.commands).toHaveLength(500);
    while (shell.commands.length < 1_200) expect(shell.passTime()).toBe(true);
    for (const command of shell.commands) shell.complete(command);
    expect(shell.state.status).toBe('completed');
  });

  it('says why every open step waits', () => {
    const shell = started([
      { id: 'a', task: 't', needs: [], retry: retryOnce },
      { id: 'b', task: 't', needs: [] },
    ]);
    shell.fail(shell.commands[0]!, 'PSP_DOWN');
    const why = reasons(foldInstanceView(emptyInstanceView, shell.history), {
      isServed: () => false,
      runningOn: () => undefined,
    });
    expect(why.map((one) => one.reason)).toEqual(['retry', 'no_worker']);
    expect(why[0]).toMatchObject({ path: 'a', until: shell.nowMs + 10_000 });
  });

  it('stays linear: a chain of 3,000 steps that pass their context on', () => {
    const steps = Array.from({ length: 3_000 }, (_, index) => ({ id: `s${index}`, task: 't' }));
    const shell = started(steps, {}, { n: 0 });
    for (let at = 0; at < 3_000; at += 1) {
      const command = shell.commands[at]!;
      stepCommand(shell.plan, shell.state, command.path);
      shell.complete(command, { n: at });
    }
    expect(shell.state.output).toEqual({ n: 2_999 });
  });
});
