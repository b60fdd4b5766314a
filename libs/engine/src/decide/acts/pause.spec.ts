import { nextDueAt } from '../../state/clocks.js';
import { ActingShell } from '../../testing/acting-shell.js';

const retry = { maxAttempts: 3, delay: '10s', backoff: 'constant', jitter: 0 };
const pause = { type: 'pause', by: 'ana', reason: 'stock-taking' } as const;
const resume = { type: 'resume', by: 'ana' } as const;

describe('pause', () => {
  it('starts nothing, records what runs, and goes on where it stood', () => {
    const shell = ActingShell.started([
      { id: 'a', task: 't' },
      { id: 'b', task: 't' },
    ]);
    shell.tell(pause);
    expect(shell.state.status).toBe('paused');
    shell.done('a');
    expect(shell.status('a')).toBe('completed');
    expect(shell.ran).toEqual(['a']);
    expect(nextDueAt(shell.state)).toBeUndefined();
    shell.tell(resume);
    expect(shell.ran).toEqual(['a', 'b']);
    expect(shell.state.status).toBe('running');
  });

  it('says who did it, why, and how long it took', () => {
    const shell = ActingShell.started([{ id: 'a', task: 't' }]);
    shell.tell(pause);
    shell.nowMs += 5_000;
    shell.tell(resume);
    expect(shell.history.slice(-2).map(({ type, data }) => ({ type, data }))).toEqual([
      { type: 'instancePaused', data: { by: 'ana', reason: 'stock-taking' } },
      { type: 'instanceResumed', data: { by: 'ana', pausedMs: 5_000 } },
    ]);
  });

  it('is refused twice, before the start, after the end and while the instance is being stopped', () => {
    const shell = new ActingShell(ActingShell.started([{ id: 'a', task: 't', onCancel: 'wait' }]).plan);
    expect(shell.tell(pause)).toMatchObject({ reason: 'notStarted' });
    shell.start();
    expect(shell.tell(resume)).toMatchObject({ reason: 'notPaused' });
    shell.tell(pause);
    expect(shell.tell(pause)).toMatchObject({ reason: 'notPossible' });
    shell.tell({ type: 'cancel' });
    expect(shell.tell(pause)).toMatchObject({ reason: 'notPossible' });
    shell.done('a');
    expect(shell.state.status).toBe('cancelled');
    expect(shell.tell(pause)).toMatchObject({ reason: 'alreadyEnded' });
    expect(shell.tell(resume)).toMatchObject({ reason: 'alreadyEnded' });
  });

  it('leaves the backlog where it is', () => {
    const shell = ActingShell.started([{ id: 'a', task: 't' }]);
    const token = shell.state.step('a').token!;
    shell.tell(pause);
    expect(shell.tell({ type: 'dispatch', steps: [{ path: 'a', token }], incarnation: 1 })).toMatchObject({ reason: 'paused' });
  });

  it('stops the retry delay and gives back what was left of it', () => {
    const shell = ActingShell.started([{ id: 'a', task: 't', retry }]);
    shell.fail(shell.openCommands()[0]!);
    shell.nowMs += 4_000;
    shell.tell(pause);
    expect(nextDueAt(shell.state)).toBeUndefined();
    shell.nowMs += 60_000;
    expect(shell.tell({ type: 'wake' })).toMatchObject({ reason: 'nothingDue' });
    shell.tell(resume);
    expect(nextDueAt(shell.state)).toBe(shell.nowMs + 6_000);
  });

  it('gives the whole delay to a retry that came about during the pause', () => {
    const shell = ActingShell.started([{ id: 'a', task: 't', retry }]);
    shell.tell(pause);
    shell.nowMs += 30_000;
    shell.fail(shell.openCommands()[0]!);
    shell.nowMs += 30_000;
    shell.tell(resume);
    expect(nextDueAt(shell.state)).toBe(shell.nowMs + 10_000);
  });

  it('stops the time-outs of the instance, of blocks and of queues', () => {
    const steps = [
      {
        id: 'p',
        type: 'parallel',
        timeout: '1m',
        branches: { x: [{ id: 'a', task: 't', queueTimeout: '20s', totalTimeout: '30s' }] },
      },
    ];
    const shell = ActingShell.started(steps, { timeout: '2m' });
    shell.nowMs += 5_000;
    shell.tell(pause);
    shell.nowMs += 3_600_000;
    shell.tell(resume);
    const { queueTimeoutAt, totalTimeoutAt } = shell.state.step('p/x/a');
    expect(queueTimeoutAt).toBe(shell.nowMs + 15_000);
    expect(totalTimeoutAt).toBe(shell.nowMs + 25_000);
    expect(shell.state.step('p').timeoutAt).toBe(shell.nowMs + 55_000);
    expect(shell.state.timeoutAt).toBe(shell.nowMs + 115_000);
    expect(nextDueAt(shell.state)).toBe(shell.nowMs + 15_000);
  });

  it('does not let the last result end the instance, nor a failure stop what runs', () => {
    const shell = ActingShell.started(
      [
        { id: 'a', task: 't', needs: [] },
        { id: 'b', task: 't', needs: [] },
      ],
      { failFast: true },
    );
    shell.tell(pause);
    shell.broken('a');
    expect(shell.state.status).toBe('paused');
    expect(shell.status('b')).toBe('scheduled');
    shell.tell(resume);
    expect(shell.state.status).toBe('cancelling');
  });

  it('can be cancelled, and its clocks run again then', () => {
    const shell = ActingShell.started([{ id: 'a', task: 't', onCancel: 'request' }]);
    shell.tell(pause);
    shell.nowMs += 10_000;
    shell.tell({ type: 'cancel', reason: 'no longer wanted' });
    expect(shell.state.status).toBe('cancelling');
    expect(shell.aborted).toHaveLength(1);
    expect(nextDueAt(shell.state)).toBe(shell.nowMs + 30_000);
    shell.passTime();
    expect(shell.state.status).toBe('cancelled');
  });

  it('starts no attempt that has become due when it is cancelled', () => {
    const shell = ActingShell.started([{ id: 'a', task: 't', retry }]);
    shell.fail(shell.openCommands()[0]!);
    shell.tell(pause);
    shell.tell({ type: 'retryStep', path: 'a' });
    shell.tell({ type: 'cancel' });
    expect([shell.state.status, shell.ran]).toEqual(['cancelled', ['a']]);
  });

  it('outlives a crash, by the log and by a snapshot', () => {
    for (const how of ['replay', 'snapshot'] as const) {
      const shell = ActingShell.started([{ id: 'a', task: 't', retry }]);
      shell.fail(shell.openCommands()[0]!);
      shell.tell(pause);
      shell.crash(how);
      expect(shell.state.status).toBe('paused');
      expect(nextDueAt(shell.state)).toBeUndefined();
      shell.nowMs += 1_000;
      shell.tell(resume);
      expect(nextDueAt(shell.state)).toBe(shell.nowMs + 10_000);
    }
  });

  it('stops sleep for, not sleep until', () => {
    const shell = ActingShell.started([
      { id: 'for', type: 'sleep', for: '10s', needs: [] },
      { id: 'until', type: 'sleep', until: new Date(1_020_000).toISOString(), needs: [] },
      { id: 'after', task: 't', needs: ['until'] },
    ]);
    shell.tell(pause);
    expect(nextDueAt(shell.state)).toBe(1_020_000);
    shell.passTime();
    expect([shell.status('for'), shell.status('until'), shell.status('after')]).toEqual(['waiting', 'completed', 'pending']);
    shell.tell(resume);
    expect([shell.status('after'), nextDueAt(shell.state)]).toEqual(['scheduled', shell.nowMs + 10_000]);
  });

  it('takes an event that comes during the pause, however long the pause', () => {
    const shell = ActingShell.started([
      { id: 'paid', type: 'event', names: ['paid'], timeout: '10s' },
      { id: 'after', task: 't' },
    ]);
    shell.tell(pause);
    shell.nowMs += 60_000;
    shell.tell({ type: 'event', event: { id: 'e1', name: 'paid', payload: 1, at: shell.nowMs } });
    expect([shell.status('paid'), shell.ran]).toEqual(['completed', []]);
    shell.tell(resume);
    expect(shell.ran).toEqual(['after']);
  });
});
