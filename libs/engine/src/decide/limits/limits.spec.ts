import { reasons } from '../../effects/reason.js';
import { story } from '../../testing/play.js';
import type { VirtualShell } from '../../testing/virtual-shell.js';
import { VirtualWorld } from '../../testing/virtual-world.js';
import { emptyInstanceView, foldInstanceView } from '../../view/instance-view.js';

const hold = { id: 's', task: 'do', onCancel: 'abandon' };
const world = (more: object, steps: object[] = [hold]): VirtualWorld => new VirtualWorld({ w: { ...more, steps } });
const statuses = (shells: readonly VirtualShell[]): string[] => shells.map(({ state }) => state.status);
const never = () => 'never' as const;
const why = (shell: VirtualShell): string[] =>
  reasons(foldInstanceView(emptyInstanceView, shell.history), { isServed: () => true, runningOn: () => undefined }).map(
    ({ reason, text }) => `${reason}: ${text}`,
  );
const told = (shell: VirtualShell): string[] => shell.sent.map(({ message }) => message.type);
const sinceStart = (shell: VirtualShell): string[] => story(shell).slice(1);

describe('concurrency of a definition', () => {
  const limited = (onLimit: string, limit = 1): object => ({ concurrency: { key: '${input.k}', limit, onLimit } });

  it('lets so many of a key run, and the others wait with the reason, in order of arrival', () => {
    const all = world(limited('queue', 2));
    const shells = [1, 1, 1, 2].map((k) => all.start('w', { k }));
    all.run(never);
    expect(statuses(shells)).toEqual(['running', 'running', 'waiting', 'running']);
    expect(why(shells[2]!)).toEqual(['limit: waits for limit "1": at most 2 at the same time']);
    expect(sinceStart(shells[2]!)).toEqual(['limitRequested']);
    shells[0]!.tell({ type: 'cancel' });
    all.run(never);
    expect(statuses(shells)).toEqual(['cancelled', 'running', 'running', 'running']);
    expect(sinceStart(shells[2]!)).toEqual(['limitRequested', 'limitGranted', 'stepScheduled s']);
  });

  it('gives its place back with its end, whichever it is, and withdraws what it still asks for', () => {
    const all = world(limited('queue'));
    const [holder, waiter] = [all.start('w', { k: 1 }), all.start('w', { k: 1 })];
    all.run(never);
    waiter.tell({ type: 'cancel', reason: 'no' });
    all.run(never);
    expect(statuses([holder, waiter])).toEqual(['running', 'cancelled']);
    expect(told(waiter)).toEqual(['lockRequest', 'lockRelease']);
    holder.tell({ type: 'cancel' });
    all.run(never);
    expect(told(holder)).toEqual(['lockRequest', 'lockRelease']);
    expect(all.locks.held).toEqual([]);
  });

  it('takes those of a higher priority first', () => {
    const all = world(limited('queue'));
    const first = all.start('w', { k: 1 });
    const [low, high] = [all.start('w', { k: 1 }), all.start('w', { k: 1 }, { priority: 5 })];
    all.run(never);
    first.tell({ type: 'cancel' });
    all.run(never);
    expect(statuses([low, high])).toEqual(['waiting', 'running']);
  });

  it('fails one more at once with `reject`', () => {
    const all = world(limited('reject'));
    const [holder, other] = [all.start('w', { k: 1 }), all.start('w', { k: 1 })];
    all.run(never);
    expect(statuses([holder, other])).toEqual(['running', 'failed']);
    expect(other.state.error).toEqual({
      code: 'LIMIT_REJECTED',
      message: '1 instance runs already, and limit "1" allows no more',
    });
  });

  it('cancels the oldest for the newest with `cancelOldest`, those that wait too', () => {
    const all = world(limited('cancelOldest'));
    const shells = [all.start('w', { k: 1 })];
    all.run(never);
    shells.push(all.start('w', { k: 1 }), all.start('w', { k: 1 }));
    all.run(never);
    expect(statuses(shells)).toEqual(['cancelled', 'cancelled', 'running']);
    expect(shells[0]!.history.find(({ type }) => type === 'instanceClosing')?.data).toMatchObject({
      reason: expect.stringMatching(/^displaced by /),
    });
  });

  it('keeps its place over `again`, a pause and while it undoes what it did', () => {
    const undo = { ...hold, id: 'a', compensate: { task: 'undo' } };
    const all = world({ ...limited('queue'), compensation: { on: ['cancel'] } }, [undo, { ...hold, id: 'b' }]);
    const [holder, waiter] = [all.start('w', { k: 1 }), all.start('w', { k: 1 })];
    all.run((path) => (path === 'w:a' ? { output: 1 } : 'never'));
    holder.tell({ type: 'pause' });
    holder.tell({ type: 'resume' });
    holder.tell({ type: 'cancel' });
    all.run(never);
    expect(statuses([holder, waiter])).toEqual(['compensating', 'waiting']);
    holder.complete(holder.openCommands()[0]!);
    all.run(never);
    expect(statuses([holder, waiter])).toEqual(['compensated', 'running']);

    const round = world(limited('queue'), [{ id: 'go', type: 'again', when: '${instance.id != ""}' }]);
    const endless = round.start('w', { k: 1 });
    round.settle();
    expect(endless.state.rounds).toBeGreaterThan(0);
    expect(told(endless)).toEqual(['lockRequest']);
  });

  it('asks anew after a retry by hand', () => {
    const all = world(limited('queue'));
    const failing = all.start('w', { k: 1 });
    all.run(() => ({ code: 'BOOM' }));
    const other = all.start('w', { k: 1 });
    all.run(never);
    failing.tell({ type: 'retry' });
    all.run(never);
    expect(statuses([failing, other])).toEqual(['waiting', 'running']);
    other.tell({ type: 'cancel' });
    all.run();
    expect(statuses([failing])).toEqual(['completed']);
  });

  it('does not ask while it is paused, and times out while it waits', () => {
    const all = world({ ...limited('queue'), timeout: '10s' });
    const [holder, waiter] = [all.start('w', { k: 1 }), all.start('w', { k: 1 })];
    holder.tell({ type: 'pause' });
    all.run(never);
    expect(statuses([holder, waiter])).toEqual(['paused', 'timed_out']);
  });

  it('completes nothing before it is granted, not even a definition without steps', () => {
    const all = world(limited('queue'), []);
    const one = all.start('w', { k: 1 });
    expect(one.state.status).toBe('waiting');
    all.run();
    expect(one.state.status).toBe('completed');
  });

  it('fails an instance whose key cannot be told', () => {
    const one = world(limited('queue')).start('w', {});
    expect(one.state).toMatchObject({ status: 'failed', error: { code: 'EXPRESSION_FAILED' } });
    expect(one.state.error!.message).toMatch(/^concurrency\.key: /);
  });

  it.each(['replay', 'snapshot'] as const)('stands again after a crash (%s)', (how) => {
    const all = world(limited('queue'));
    const shells = [all.start('w', { k: 1 }), all.start('w', { k: 1 })];
    all.run(never);
    for (const shell of shells) shell.crash(how);
    expect(statuses(shells)).toEqual(['running', 'waiting']);
    expect(shells.map(({ state }) => [state.slot?.key, state.asked?.key])).toEqual([
      ['1', undefined],
      [undefined, '1'],
    ]);
    shells[0]!.tell({ type: 'cancel' });
    all.run();
    expect(statuses(shells)).toEqual(['cancelled', 'completed']);
  });
});

describe('rate of a definition', () => {
  it('lets no more start in any window, wherever it begins', () => {
    const all = world({ rate: { limit: 2, per: 'minute' } }, []);
    const shells = Array.from({ length: 7 }, () => all.start('w'));
    all.run();
    const startedAt = shells.map(({ history }) => history.find(({ type }) => type === 'limitGranted')!.at - 1_000_000);
    expect(startedAt).toEqual([0, 0, 60_000, 60_000, 120_000, 120_000, 180_000]);
    expect(new Set(statuses(shells))).toEqual(new Set(['completed']));
  });

  it('says so, and uses up no permit for one that never started', () => {
    const all = world({ rate: { key: '${input.k}', limit: 1, per: 'hour' } });
    const shells = [1, 1, 1].map((k) => all.start('w', { k }));
    all.settle();
    expect(statuses(shells)).toEqual(['running', 'waiting', 'waiting']);
    expect(why(shells[1]!)).toEqual(['limit: waits for limit "1": at most 1 starts an hour']);
    shells[1]!.tell({ type: 'cancel' });
    all.run(never);
    expect(shells[2]!.history.find(({ type }) => type === 'limitGranted')!.at - 1_000_000).toBe(3_600_000);
  });

  it('counts from its place among those that run', () => {
    const all = world({ concurrency: { limit: 1 }, rate: { limit: 1, per: 'second' } });
    const one = all.start('w');
    all.run();
    expect(sinceStart(one).slice(0, 5)).toEqual([
      'limitRequested',
      'limitGranted',
      'limitRequested',
      'limitGranted',
      'stepScheduled s',
    ]);
  });

  it('counts a start once, however often it is retried', () => {
    const all = world({ rate: { limit: 1, per: 'hour' } });
    const one = all.start('w');
    all.run(() => ({ code: 'BOOM' }));
    one.tell({ type: 'retry' });
    all.settle();
    expect(one.state.status).toBe('running');
  });
});

describe('a paused definition', () => {
  it('pauses what starts, from its first moment, and before it asks for anything', () => {
    const all = world({ concurrency: { limit: 1 } });
    const one = all.start('w', {}, { paused: { by: 'ana', reason: 'till fixed' } });
    all.settle();
    expect(sinceStart(one)).toEqual(['instancePaused']);
    expect(one.tell({ type: 'resume', withDefinition: true }).accepted).toBe(true);
    all.run();
    expect(one.state.status).toBe('completed');
  });

  it('leaves paused what somebody paused by itself', () => {
    const one = world({}).start('w');
    one.tell({ type: 'pause', by: 'ana' });
    expect(one.tell({ type: 'resume', withDefinition: true })).toMatchObject({ accepted: false, reason: 'notPossible' });
    expect(one.tell({ type: 'resume' }).accepted).toBe(true);
  });
});

describe('a start that is superseded', () => {
  it('is cancelled only while it has not begun', () => {
    const one = world({}).start('w');
    expect(one.tell({ type: 'cancel', ifPending: true })).toEqual({ accepted: false, reason: 'alreadyStarted' });
  });
});
