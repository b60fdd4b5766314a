import type { JsonObject } from './model/json.js';
import { addClock, type Clock, type ClockHeap } from './state/clock-heap.js';
import { ActingShell, planOf } from './testing/acting-shell.js';
import { VirtualWorld } from './testing/virtual-world.js';

/** What random definitions and moves have found (engine.property.spec.ts), each as small as it gets. */
describe('found by the property test', () => {
  const fail = { type: 'fail', code: 'BOOM', message: 'on purpose' };

  it('retries a try that was stopped before its body began', () => {
    const shell = ActingShell.started(
      [
        { id: 'guard', type: 'try', steps: [{ id: 'a', task: 't' }], catch: [{ steps: [] }] },
        { id: 'bad', needs: [], ...fail },
      ],
      { failFast: true },
    );
    expect(shell.status('guard')).toBe('cancelled');
    shell.tell({ type: 'skipStep', path: 'bad' });
    expect([shell.status('guard'), shell.status('guard/body/a')]).toEqual(['running', 'scheduled']);
  });

  it('retries nothing of a try whose finally runs', () => {
    const body = [{ id: 'bad', ...fail }];
    const shell = ActingShell.started([
      { id: 'guard', type: 'try', steps: body, finally: [{ id: 'last', task: 't' }], catch: [{ codes: ['OTHER'], steps: [] }] },
    ]);
    expect(shell.tell({ type: 'skipStep', path: 'guard/body/bad' })).toEqual({ accepted: false, reason: 'notPossible' });
    shell.done('guard/finally/last');
    shell.tell({ type: 'skipStep', path: 'guard/body/bad' });
    shell.done('guard/finally/last');
    expect(shell.state.status).toBe('completed');
  });

  it('cancels nothing more of a list that has ended with the step whose join was met', () => {
    const body: JsonObject[] = [{ id: 'bad', ...fail }, { id: 'good', needs: [], type: 'set', values: {} }, { id: 'last', needs: ['bad', 'good'], join: 'any', cancelRest: true, type: 'set', values: {} }]; // prettier-ignore
    const shell = ActingShell.started([{ id: 'all', type: 'forEach', items: [1], onError: 'collect', steps: body }]);
    expect(shell.state.status).toBe('completed');
    expect(shell.typesSince(0)).not.toContain('stepCancelled');
  });

  it('lets a child that goes on after a retry fail again', () => {
    const world = new VirtualWorld({
      parent: { steps: [{ id: 'c', type: 'workflow', workflow: 'child', retry: { maxAttempts: 1 } }] },
      child: { steps: [{ id: 'a', task: 't', retry: { maxAttempts: 1 } }] },
    });
    const parent = world.start('parent');
    const broken = () => ({ code: 'BOOM' });
    world.run(broken);
    parent.tell({ type: 'retry' });
    world.run(broken);
    expect([parent.state.status, world.of('child').length]).toEqual(['failed', 1]);
  });

  it('hears of the end of an instance it joined by its key before it hears that it joined it', () => {
    const shell = ActingShell.started([{ id: 'c', type: 'workflow', workflow: 'child', key: 'k' }]);
    const { token } = shell.state.step('c') as { token: number };
    const id = '01890000-0000-7000-8000-000000000099';
    shell.tell({ type: 'childEnded', path: 'c', token, id, status: 'completed', output: 1 });
    expect([shell.state.status, shell.state.output]).toEqual(['completed', 1]);
  });

  it('joins an instance anew when it is retried, and takes its result as it is then', () => {
    const world = new VirtualWorld({
      parent: { steps: [{ id: 'c', type: 'workflow', workflow: 'child', key: 'k' }] },
      child: { steps: [{ id: 'a', task: 't', retry: { maxAttempts: 1 } }] },
    });
    const [owner, other] = [world.start('parent'), world.start('parent')];
    const statuses = () => [owner.state.status, other.state.status];
    world.run(() => ({ code: 'BOOM' }));
    other.tell({ type: 'retry' });
    world.run();
    expect(statuses()).toEqual(['failed', 'failed']);
    owner.tell({ type: 'retry' });
    world.run();
    other.tell({ type: 'retry' });
    world.run();
    expect([...statuses(), world.of('child').length]).toEqual(['completed', 'completed', 1]);
  });

  it('knows a step of a list that has ended only while its child undoes itself', () => {
    const guard = { id: 'guard', type: 'try', steps: [{ id: 'c', type: 'workflow', workflow: 'child' }], catch: [{ steps: [] }] };
    const world = new VirtualWorld({
      parent: { steps: [guard, { id: 'bad', ...fail }] },
      child: { steps: [{ id: 'a', task: 't', compensate: { task: 'undo' } }] },
    });
    const parent = world.start('parent');
    world.run();
    expect([parent.state.status, [...parent.state.steps.keys()]]).toEqual(['compensated', ['guard', 'bad']]);
  });

  it('fires clocks that are due together in one order, however they were set', () => {
    const clock = (path: string): Clock => ({ dueAt: 1, kind: 'timer', path });
    const firesFirst = (paths: string[]): string => {
      let heap: ClockHeap;
      for (const path of paths) heap = addClock(heap, clock(path));
      return heap!.clock.path;
    };
    expect(['abc', 'acb', 'bac', 'bca', 'cab', 'cba'].map((paths) => firesFirst([...paths]))).toEqual(Array(6).fill('a'));
  });

  it('calls a step cancelled again that came through all the same and could not be undone', () => {
    const shell = ActingShell.started([{ id: 'a', task: 't', compensate: { task: 'undo', retry: { maxAttempts: 1 } } }], {
      compensation: { on: ['cancel'] },
    });
    shell.tell({ type: 'cancel' });
    shell.done('a');
    shell.broken('a/~undo');
    expect([shell.state.status, shell.status('a')]).toEqual(['compensation_failed', 'cancelled']);
  });

  it('runs the one step that is retried, whatever else has failed in its failFast list, also when the state is read back', () => {
    const body: JsonObject[] = [
      { id: 'a', task: 't', retry: { maxAttempts: 1 } },
      { id: 'bad', needs: [], ...fail },
    ];
    const shell = ActingShell.started([{ id: 'guard', type: 'try', steps: body, catch: [{ codes: ['OTHER'], steps: [] }] }]);
    expect([shell.state.status, shell.status('guard/body/a')]).toEqual(['failed', 'cancelled']);
    shell.tell({ type: 'retryStep', path: 'guard/body/a' });
    shell.crash('snapshot');
    expect(shell.tell({ type: 'wake' })).toEqual({ accepted: false, reason: 'nothingDue' });
    shell.done('guard/body/a');
    expect([shell.state.status, shell.status('guard/body/a')]).toEqual(['failed', 'completed']);
  });

  it('undoes what came through late in an attempt before the one that failed', () => {
    const a = { id: 'a', task: 't', retry: { maxAttempts: 1 }, compensate: { task: 'undo' } };
    const shell = ActingShell.started([a], { timeout: '20s', compensation: { on: ['failure'] } });
    shell.passTime();
    shell.done('a');
    expect([shell.state.status, shell.status('a')]).toEqual(['timed_out', 'cancelled']);
    shell.tell({ type: 'retry' });
    shell.broken('a');
    expect(shell.status('a')).toBe('compensating');
    shell.done('a/~undo');
    expect([shell.state.status, shell.status('a')]).toEqual(['compensated', 'compensated']);
  });

  it('asks for no child again when the instance times out at that very moment', () => {
    const world = new VirtualWorld({
      parent: { timeout: '1s', steps: [{ id: 'c', type: 'workflow', workflow: 'absent', retry: { delay: '1s', jitter: 0 } }] },
      absent: { steps: [{ id: 'bad', ...fail }] },
    });
    const parent = world.start('parent');
    world.run();
    expect(parent.state.status).toBe('timed_out');
    expect(parent.history.filter(({ type }) => type === 'childRequested')).toHaveLength(1);
  });

  it('retries a step in a finally that runs without looking at the body that failed before', () => {
    const cleaning = { id: 'all', type: 'parallel', onError: 'collect', branches: { left: [{ id: 'bad', ...fail }], right: [{ id: 'a', task: 't' }] } }; // prettier-ignore
    const shell = ActingShell.started([{ id: 'guard', type: 'try', steps: [{ id: 'broken', ...fail }], finally: [cleaning] }]);
    shell.tell({ type: 'skipStep', path: 'guard/finally/all/left/bad' });
    expect(shell.status('guard/finally/all')).toBe('running');
    shell.done('guard/finally/all/right/a');
    expect([shell.state.status, shell.state.open.size]).toEqual(['failed', 0]);
  });

  it('skips a lock that failed without opening what is in it', () => {
    const inside = { id: 'again', type: 'repeat', until: '${true}', steps: [{ id: 'a', task: 't', retry: { maxAttempts: 1 } }] };
    const shell = ActingShell.started([{ id: 'alone', type: 'lock', key: 'k', steps: [inside] }]);
    shell.tell({ type: 'lockGranted', path: 'alone', token: shell.state.step('alone').token!, fence: 1 });
    shell.broken('alone/body/again/0/a');
    expect(shell.state.status).toBe('failed');
    shell.tell({ type: 'skipStep', path: 'alone', output: 1 });
    expect([shell.state.status, shell.state.open.size, shell.status('alone')]).toEqual(['completed', 0, 'skipped']);
  });

  it('stops what must be stopped first, also when the state is read back in the middle', () => {
    const body: JsonObject[] = [
      { id: 'bad', ...fail },
      { id: 'a', needs: [], task: 't' },
    ];
    const shell = new ActingShell(planOf([{ id: 'all', type: 'forEach', items: [0], steps: body }], { failFast: true }), {
      slice: 3,
    });
    shell.start({});
    shell.crash('snapshot');
    shell.tell({ type: 'wake' });
    expect([shell.state.status, shell.typesSince(0).includes('stepScheduled')]).toEqual(['failed', false]);
  });
});
