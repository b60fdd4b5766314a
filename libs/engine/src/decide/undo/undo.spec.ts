import type { AuditEventOf } from '../../model/audit-event.js';
import { drive, echo, play, planOf, story, type Worker } from '../../testing/play.js';
import { VirtualShell } from '../../testing/virtual-shell.js';

const once = { maxAttempts: 1 };
const done = (id: string, more: object = {}): object => ({ id, task: 'do', retry: once, ...undoneBy(id), ...more });
const undoneBy = (id: string): object => ({ compensate: { task: 'undo', input: { id }, retry: once } });
const boom = { id: 'boom', task: 'boom', retry: once };
/** Fails the task `boom`, and undoing what `stubborn` names. */
const worker =
  (...stubborn: string[]): Worker =>
  (path, input, task) =>
    task === 'boom' || stubborn.some((one) => path === `${one}/~undo`) ? { code: 'BOOM' } : { output: input };
/** What was undone, in the order in which it began. */
const undone = (shell: VirtualShell): string[] =>
  shell.history
    .filter(({ type, path }) => type === 'stepScheduled' && path!.endsWith('/~undo'))
    .map(({ path }) => path!.slice(0, -'/~undo'.length));
const failing = (steps: object[], more: object = {}, ...stubborn: string[]): VirtualShell =>
  play({ steps: [...steps, boom], ...more }, { worker: worker(...stubborn) });

describe('compensation', () => {
  it('undoes what was completed, newest first, one after the other, and keeps the cause as the error', () => {
    const shell = failing([done('a'), done('b'), { id: 'plain', task: 'do' }, done('c')]);
    expect(undone(shell)).toEqual(['c', 'b', 'a']);
    expect(shell.state).toMatchObject({ status: 'compensated', error: { code: 'BOOM', path: 'boom' } });
    expect(story(shell).slice(-8)).toEqual([
      'instanceCompensating',
      'stepScheduled c/~undo',
      'stepCompleted c/~undo',
      'stepScheduled b/~undo',
      'stepCompleted b/~undo',
      'stepScheduled a/~undo',
      'stepCompleted a/~undo',
      'instanceCompensated',
    ]);
  });

  it('goes by the order of completion, not by that of definition', () => {
    const plan = planOf({ steps: [done('a', { needs: [] }), done('b', { needs: [] }), { ...boom, needs: ['a', 'b'] }] });
    const shell = new VirtualShell(plan);
    shell.start();
    shell.complete(shell.commands[1]!);
    shell.complete(shell.commands[0]!);
    shell.commands.splice(0, 2);
    drive(shell, worker());
    expect(undone(shell)).toEqual(['a', 'b']);
  });

  it.each([
    ['failure', {}, 'compensated'],
    ['failure', { compensation: { on: ['timeout', 'cancel'] } }, 'failed'],
    ['timeout', {}, 'compensated'],
    ['timeout', { compensation: { on: ['failure', 'cancel'] } }, 'timed_out'],
    ['cancel', {}, 'cancelled'],
    ['cancel', { compensation: { on: ['cancel'] } }, 'compensated'],
    ['cancel with compensate', {}, 'compensated'],
    ['cancel without compensate', { compensation: { on: ['cancel'] } }, 'cancelled'],
    ['complete', { compensation: { on: ['failure', 'timeout', 'cancel'] } }, 'completed'],
  ])('on %s with %j ends as %s', (how, more, status) => {
    const last =
      how === 'complete'
        ? { id: 'end', type: 'complete' }
        : { id: 'last', task: how === 'failure' ? 'boom' : 'do', retry: once, onCancel: 'abandon' };
    const shell = new VirtualShell(planOf({ steps: [done('a'), last], timeout: '1h', ...more }));
    shell.start();
    shell.complete(shell.commands.shift()!);
    if (how === 'failure') shell.fail(shell.commands.shift()!, 'BOOM', false);
    if (how === 'timeout') shell.passTime();
    if (how.startsWith('cancel')) {
      const compensate = how === 'cancel' ? undefined : how === 'cancel with compensate';
      shell.tell({ type: 'cancel', reason: 'no more', ...(compensate !== undefined && { compensate }) });
    }
    drive(shell, echo);
    expect(shell.state.status).toBe(status);
    expect(undone(shell)).toEqual(status === 'compensated' ? ['a'] : []);
  });

  it('names the cancellation as the error', () => {
    const shell = new VirtualShell(planOf({ steps: [done('a'), { id: 'b', task: 'do', onCancel: 'abandon' }] }));
    shell.start();
    shell.complete(shell.commands.shift()!);
    shell.tell({ type: 'cancel', reason: 'no more', compensate: true });
    shell.complete(shell.commands.pop()!);
    expect(shell.state).toMatchObject({ status: 'compensated', error: { code: 'CANCELLED', message: 'no more' } });
  });

  it('begins all at once with order: parallel', () => {
    const steps = [done('a'), done('b'), done('c')];
    const shell = new VirtualShell(planOf({ steps: [...steps, boom], compensation: { order: 'parallel' } }));
    shell.start();
    for (let at = 0; at < 3; at += 1) shell.complete(shell.commands[at]!);
    shell.fail(shell.commands[3]!, 'BOOM', false);
    expect(shell.commands.slice(4).map(({ path }) => path)).toEqual(['c/~undo', 'b/~undo', 'a/~undo']);
    shell.commands.splice(0, 4);
    drive(shell);
    expect(shell.state.status).toBe('compensated');
  });

  it('begins many at once in slices', () => {
    const items = Array.from({ length: 1_200 }, (_, index) => index);
    const each = { id: 'each', type: 'forEach', items: '${input.items}', steps: [done('s')] };
    const shell = play({ steps: [each, boom], compensation: { order: 'parallel' } }, { input: { items }, worker: worker() });
    expect(shell.state.status).toBe('compensated');
    expect(undone(shell)).toHaveLength(1_200);
  });

  it.each([
    ['continue', ['c', 'b', 'a']],
    ['stop', ['c', 'b']],
  ])('goes on by onFailure %s when undoing fails, and lists what failed', (onFailure, attempted) => {
    const shell = failing([done('a'), done('b'), done('c')], { compensation: { onFailure } }, 'b');
    expect(undone(shell)).toEqual(attempted);
    expect(shell.state).toMatchObject({ status: 'compensation_failed', error: { code: 'BOOM', path: 'boom' } });
    const end = shell.history.at(-1) as AuditEventOf<'instanceCompensationFailed'>;
    expect(end.data.failures).toEqual([{ path: 'b', code: 'BOOM', message: 'BOOM' }]);
  });

  it('stops after what is open with order: parallel and onFailure: stop', () => {
    const shell = failing([done('a'), done('b')], { compensation: { order: 'parallel', onFailure: 'stop' } }, 'a', 'b');
    expect(shell.history.at(-1)).toMatchObject({
      type: 'instanceCompensationFailed',
      data: { failures: [{ path: 'b' }, { path: 'a' }] },
    });
  });

  it('ends plainly when there is nothing to undo', () => {
    expect(failing([{ id: 'a', task: 'do' }]).state.status).toBe('failed');
  });

  it('never undoes the step that failed, nor one that was not reached', () => {
    const shell = failing([done('a'), done('b', { task: 'boom' }), done('c')]);
    expect(undone(shell)).toEqual(['a']);
  });

  it('undoes a step once that needed several attempts', () => {
    let tries = 0;
    const flaky: Worker = (path, input, task) =>
      task === 'boom'
        ? { code: 'BOOM' }
        : path === 'a' && (tries += 1) < 3
          ? { code: 'LATER', retryable: true }
          : { output: input };
    const shell = play({ steps: [done('a', { retry: { maxAttempts: 3 } }), boom] }, { worker: flaky });
    expect(undone(shell)).toEqual(['a']);
    expect(tries).toBe(3);
  });

  it('retries the undoing by its own policy', () => {
    let tries = 0;
    const steps = [
      { ...done('a'), compensate: { task: 'undo', input: 1, retry: { maxAttempts: 3, delay: '10s', jitter: 0 } } },
      boom,
    ];
    const shell = play(
      { steps },
      {
        worker: (_path, input, task) => {
          if (task === 'boom') return { code: 'BOOM' };
          return task === 'undo' && (tries += 1) < 3 ? { code: 'LATER', retryable: true } : { output: input };
        },
      },
    );
    expect(shell.state.status).toBe('compensated');
    const attempts = shell.history.filter(({ type, path }) => type === 'stepScheduled' && path === 'a/~undo');
    expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  it('hands over what was decided when the step completed, the output included', () => {
    const seen: unknown[] = [];
    const steps = [
      {
        id: 'charge',
        task: 'do',
        input: { n: '${input.n}' },
        output: { charge: '${output.n}' },
        compensate: { task: 'undo', input: { id: '${output.charge}', for: '${input.n}' } },
      },
      boom,
    ];
    play(
      { steps },
      {
        input: { n: 7 },
        worker: (_path, input, task) => {
          if (task === 'undo') seen.push(input);
          return task === 'boom' ? { code: 'BOOM' } : { output: input };
        },
      },
    );
    expect(seen).toEqual([{ id: 7, for: 7 }]);
  });

  it('fails to undo what its expressions could not say how, without a command', () => {
    const shell = failing([
      done('a'),
      { id: 'b', task: 'do', compensate: { task: 'undo', input: { id: '${output.missing.deeper}' } } },
    ]);
    expect(undone(shell)).toEqual(['a']);
    expect(shell.history.at(-1)).toMatchObject({
      type: 'instanceCompensationFailed',
      data: { failures: [{ path: 'b', code: 'EXPRESSION_FAILED' }] },
    });
  });

  it('reaches into branches, items, rounds, tries and locks, newest first', () => {
    const steps = [
      { id: 'both', type: 'parallel', branches: { left: [done('s')], right: [done('s')] } },
      { id: 'each', type: 'forEach', items: [1, 2], steps: [done('s')] },
      { id: 'again', type: 'repeat', until: '${index == 1}', steps: [done('s')] },
      { id: 'one', type: 'branch', cases: [{ id: 'yes', if: '${true}', steps: [done('s')] }] },
      { id: 'guard', type: 'try', steps: [done('s')], finally: [done('f')] },
    ];
    expect(undone(failing(steps))).toEqual([
      'guard/finally/f',
      'guard/body/s',
      'one/yes/s',
      'again/1/s',
      'again/0/s',
      'each/1/s',
      'each/0/s',
      'both/right/s',
      'both/left/s',
    ]);
  });

  it('undoes a block by its own compensate, and what is inside', () => {
    const block = { id: 'both', type: 'parallel', branches: { left: [done('s')] }, ...undoneBy('both') };
    expect(undone(failing([block]))).toEqual(['both', 'both/left/s']);
  });

  it('undoes the completed parts of a block that failed', () => {
    const each = {
      id: 'each',
      type: 'forEach',
      items: [1, 2],
      concurrency: 1,
      steps: [done('s'), { id: 'check', type: 'branch', cases: [{ id: 'two', if: '${item == 2}', steps: [boom] }] }],
    };
    expect(undone(play({ steps: [each] }, { worker: worker() }))).toEqual(['each/1/s', 'each/0/s']);
  });

  it('waits until what is being cancelled has ended, and undoes what came through all the same', () => {
    const shell = new VirtualShell(planOf({ failFast: true, steps: [done('slow', { needs: [] }), { ...boom, needs: [] }] }));
    shell.start();
    shell.fail(shell.commands[1]!, 'BOOM', false);
    expect(shell.state.status).toBe('cancelling');
    shell.complete(shell.commands[0]!, { n: 1 });
    expect(shell.state.step('slow').status).toBe('compensating');
    expect(shell.commands.at(-1)?.path).toBe('slow/~undo');
    shell.complete(shell.commands.at(-1)!);
    expect(shell.state.status).toBe('compensated');
    expect(shell.state.step('slow').status).toBe('compensated');
  });

  it('runs finally before', () => {
    const steps = [done('a'), { id: 'guard', type: 'try', steps: [boom], finally: [{ id: 'tidy', task: 'do' }] }];
    const told = story(play({ steps }, { worker: worker() }));
    expect(told.indexOf('stepCompleted guard/finally/tidy')).toBeLessThan(told.indexOf('instanceCompensating'));
    expect(told).toContain('stepCompleted a/~undo');
  });

  it('sends nothing but compensation and finally after a cancel', () => {
    const steps = [
      done('a'),
      {
        id: 'guard',
        type: 'try',
        steps: [
          { id: 's', task: 'do' },
          { id: 't', task: 'do' },
        ],
        finally: [{ id: 'tidy', task: 'do' }],
      },
      { id: 'never', task: 'do' },
    ];
    const shell = new VirtualShell(planOf({ steps }));
    shell.start();
    shell.complete(shell.commands.shift()!);
    shell.tell({ type: 'cancel', compensate: true });
    const from = shell.history.length;
    drive(shell);
    const commands = shell.history
      .slice(from)
      .filter(({ type }) => type === 'stepScheduled')
      .map(({ path }) => path);
    expect(commands).toEqual(['guard/finally/tidy', 'a/~undo']);
    expect(shell.state.status).toBe('compensated');
  });

  it('cannot be cancelled, and is not timed out', () => {
    const shell = new VirtualShell(planOf({ timeout: '1h', steps: [done('a'), boom] }));
    shell.start();
    shell.complete(shell.commands[0]!);
    shell.fail(shell.commands[1]!, 'BOOM', false);
    expect(shell.tell({ type: 'cancel' })).toEqual({ accepted: false, reason: 'notOpen' });
    shell.nowMs += 7_200_000;
    expect(shell.tell({ type: 'wake' })).toEqual({ accepted: false, reason: 'nothingDue' });
    shell.complete(shell.commands[2]!);
    expect(shell.state.status).toBe('compensated');
  });

  it('forgets what earlier generations did', () => {
    const steps = [
      done('a'),
      {
        id: 'more',
        type: 'branch',
        on: '${input.n}',
        cases: [{ id: 'zero', is: 0, steps: [{ id: 'next', type: 'again', input: { n: 1 } }] }],
      },
      boom,
    ];
    const shell = play({ steps }, { input: { n: 0 }, worker: worker() });
    expect(shell.state.rounds).toBe(1);
    expect(undone(shell)).toEqual(['a']);
  });

  it.each(['replay', 'snapshot'] as const)('goes on after a crash (%s) at any point', (how) => {
    const steps = [done('a'), { id: 'each', type: 'forEach', items: [1, 2], steps: [done('s')] }, boom];
    const shell = new VirtualShell(planOf({ steps }));
    shell.start();
    const answer = worker();
    for (let round = 0; round < 50 && shell.state.endedAt === undefined; round += 1) {
      shell.crash(how);
      const command = shell.openCommands()[0]!;
      if (command.path === 'boom') shell.fail(command, 'BOOM', false);
      else if ('output' in (answer(command.path, null, 'do') as object)) shell.complete(command);
    }
    expect(shell.state.status).toBe('compensated');
    expect(undone(shell)).toEqual(['each/1/s', 'each/0/s', 'a']);
  });
});

describe('a try with compensate', () => {
  const guard = (more: object, body: object[] = [done('a'), done('b'), boom]): object => ({
    id: 'guard',
    type: 'try',
    steps: body,
    catch: [{ compensate: true, steps: [{ id: 'h', task: 'do' }], ...more }],
  });

  it('undoes its body before the handler runs', () => {
    const shell = play({ steps: [guard({})] }, { worker: worker() });
    expect(story(shell)).toEqual(expect.arrayContaining(['blockCompensating guard', 'scopesOpened guard']));
    const told = story(shell);
    expect(undone(shell)).toEqual(['guard/body/b', 'guard/body/a']);
    expect(told.indexOf('stepCompleted guard/body/a/~undo')).toBeLessThan(told.indexOf('stepScheduled guard/catch-0/h'));
    expect(shell.state.status).toBe('completed');
  });

  it('keeps them listed without it, for a later failure', () => {
    const shell = play({ steps: [guard({ compensate: false }), boom] }, { worker: worker() });
    expect(undone(shell)).toEqual(['guard/body/b', 'guard/body/a']);
    expect(shell.state.status).toBe('compensated');
  });

  it('does not undo twice', () => {
    const shell = play({ steps: [done('first'), guard({}), boom] }, { worker: worker() });
    expect(undone(shell)).toEqual(['guard/body/b', 'guard/body/a', 'first']);
  });

  it('fails when the body cannot be undone; what is left is tried again with the instance', () => {
    const shell = play({ steps: [guard({})] }, { worker: worker('guard/body/a') });
    expect(shell.state.error).toMatchObject({ code: 'COMPENSATION_FAILED', path: 'guard' });
    expect(undone(shell)).toEqual(['guard/body/b', 'guard/body/a', 'guard/body/a']);
    expect(shell.state.status).toBe('compensation_failed');
    expect(story(shell)).not.toContain('stepScheduled guard/catch-0/h');
  });

  it('ends what it is undoing when it is cancelled, and leaves the rest to the instance', () => {
    const shell = new VirtualShell(planOf({ steps: [guard({})] }));
    shell.start();
    shell.complete(shell.commands.shift()!);
    shell.complete(shell.commands.shift()!);
    shell.fail(shell.commands.shift()!, 'BOOM', false);
    expect(shell.commands.map(({ path }) => path)).toEqual(['guard/body/b/~undo']);
    shell.tell({ type: 'cancel', compensate: true });
    expect(shell.state.status).toBe('cancelling');
    drive(shell);
    expect(undone(shell)).toEqual(['guard/body/b', 'guard/body/a']);
    expect(shell.state.status).toBe('compensated');
  });
});
