import { stepCommand } from '../../effects/step-command.js';
import { drive, story, type Worker } from '../../testing/play.js';
import type { VirtualShell } from '../../testing/virtual-shell.js';
import { VirtualWorld } from '../../testing/virtual-world.js';

const once = { maxAttempts: 1 };
const task = (id: string, more: object = {}): object => ({ id, task: 'do', retry: once, onCancel: 'abandon', ...more });
const lock = (steps: object[], more: object = {}): object => ({ id: 'l', type: 'lock', key: 'acct-${input.k}', steps, ...more });
const worker: Worker = (_path, input, name) =>
  name === 'boom' ? { code: 'BOOM' } : name === 'hang' ? 'never' : { output: input };
const world = (...steps: object[]): VirtualWorld => new VirtualWorld({ w: { steps } });
const told = (shell: VirtualShell): string[] =>
  shell.sent.map(({ to, message }) => `${message.type} ${'lock' in to ? to.lock : to.instance}`);

describe('lock', () => {
  it('asks for its key, runs its body when it is granted, and gives it back', () => {
    const all = world(lock([task('s', { input: 'in' })]), task('after'));
    const one = all.start('w', { k: 1 });
    expect(one.state).toMatchObject({ status: 'waiting' });
    all.run(worker);
    expect(one.state.status).toBe('completed');
    expect(told(one)).toEqual(['lockRequest acct-1', 'lockRelease acct-1']);
    expect(story(one).slice(1, 6)).toEqual([
      'lockRequested l',
      'lockGranted l',
      'scopesOpened l',
      'stepScheduled l/body/s',
      'stepCompleted l/body/s',
    ]);
  });

  it('is granted in the order of request, with a fence that grows, to at most limit holders', () => {
    const all = world(lock([task('s', { task: 'hang' })], { limit: 2 }));
    const shells = [1, 2, 3].map(() => all.start('w', { k: 1 }));
    all.run(worker);
    expect(all.granted).toEqual([`${shells[0]!.id}:l`, `${shells[1]!.id}:l`]);
    shells[0]!.tell({ type: 'cancel' });
    all.run(worker);
    expect(all.granted.at(-1)).toBe(`${shells[2]!.id}:l`);
    const fences = shells
      .map(({ state }) => state.step('l').wait)
      .map((wait) => (wait?.kind === 'lock' ? wait.fence : undefined));
    expect(fences.slice(1)).toEqual([2, 3]);
  });

  it('gives its fence to handlers inside, that of the innermost lock, and none outside', () => {
    const inner = { id: 'm', type: 'lock', key: 'other', steps: [task('t', { task: 'hang' })] };
    const all = world(
      lock([task('s', { task: 'hang', needs: [] }), { ...inner, needs: [] }]),
      task('free', { task: 'hang', needs: [] }),
    );
    const one = all.start('w', { k: 1 });
    all.run(worker);
    const fence = (path: string): number | undefined => stepCommand(one.plan, one.state, path).fence;
    expect([fence('l/body/s'), fence('l/body/m/body/t'), fence('free')]).toEqual([1, 2, undefined]);
  });

  it('is re-entrant: inside a lock of the same key it asks for nothing and gives nothing back', () => {
    const all = world(lock([{ id: 'm', type: 'lock', key: 'acct-${input.k}', steps: [task('t')] }, task('u')]));
    const one = all.start('w', { k: 1 });
    all.run(worker);
    expect(one.state.status).toBe('completed');
    expect(told(one)).toEqual(['lockRequest acct-1', 'lockRelease acct-1']);
    expect(one.history.filter(({ type }) => type === 'lockGranted').map(({ data }) => data)).toMatchObject([
      { fence: 1 },
      { fence: 1, inherited: { key: 'acct-1' } },
    ]);
    expect(story(one).at(-2)).toBe('stepCompleted l');
  });

  it('makes branches of one instance wait for each other', () => {
    const items = { id: 'e', type: 'forEach', items: [1, 2, 3], steps: [lock([task('s')])] };
    const all = world(items);
    const one = all.start('w', { k: 1 });
    all.run(worker);
    expect(one.state.status).toBe('completed');
    const order = story(one).filter((event) => /s$|lockGranted/.test(event) && !event.includes('Scheduled'));
    expect(order).toEqual([0, 1, 2].flatMap((n) => [`lockGranted e/${n}/l`, `stepCompleted e/${n}/l/body/s`]));
  });

  it.each([
    ['fails', [lock([task('s', { task: 'boom' })])]],
    [
      'is cancelled',
      [
        lock([task('s', { needs: [] })]),
        task('b', { needs: [] }),
        task('j', { needs: ['l', 'b'], join: 'any', cancelRest: true }),
      ],
    ],
    ['takes too long', [lock([task('s', { task: 'hang' })], { timeout: '1m' })]],
    ['is left by complete', [lock([{ id: 'end', type: 'complete' }])]],
  ])('is given back when its body %s', (_how, steps) => {
    const all = world(...steps);
    const one = all.start('w', { k: 1 });
    all.run(_how === 'is cancelled' ? (path, input) => (path.endsWith('/s') ? 'never' : { output: input }) : worker);
    expect(one.state.endedAt).toBeDefined();
    expect(told(one)).toEqual(['lockRequest acct-1', 'lockRelease acct-1']);
  });

  it('withdraws its request when it times out or is cancelled while it waits, and refuses a grant that crosses that', () => {
    const all = world(lock([task('s', { task: 'hang' })], { timeout: '1m' }));
    const holder = all.start('w', { k: 1 });
    all.settle();
    const second = all.start('w', { k: 1 });
    const third = all.start('w', { k: 1 });
    all.settle();
    third.tell({ type: 'cancel' });
    expect(third.state.status).toBe('cancelled');
    expect(told(third)).toEqual(['lockRequest acct-1', 'lockRelease acct-1']);
    expect(third.tell({ type: 'lockGranted', path: 'l', token: 2, fence: 9 })).toEqual({
      accepted: false,
      reason: 'alreadyEnded',
    });
    second.passTime();
    expect(second.state.error).toMatchObject({ code: 'TIMED_OUT', path: 'l' });
    expect(told(second)).toEqual(['lockRequest acct-1', 'lockRelease acct-1']);
    expect(holder.state.status).toBe('running');
  });

  it('is kept over the retries of a step inside', () => {
    const all = world(lock([task('s', { retry: { maxAttempts: 3, delay: '1m', jitter: 0 } })]));
    const one = all.start('w', { k: 1 });
    let tries = 0;
    all.run((_path, input) => ((tries += 1) < 3 ? { code: 'LATER', retryable: true } : { output: input }));
    expect(told(one)).toEqual(['lockRequest acct-1', 'lockRelease acct-1']);
  });

  it('is given back before compensation', () => {
    const all = world(lock([task('s', { compensate: { task: 'undo', input: 1 } })]), task('boom', { task: 'boom' }));
    const one = all.start('w', { k: 1 });
    all.settle();
    drive(one, worker);
    expect(one.state.status).toBe('compensated');
    const undo = one.history.find(({ path }) => path === 'l/body/s/~undo')!;
    const end = one.history.find(({ type, path }) => type === 'stepCompleted' && path === 'l')!;
    expect(end.seq).toBeLessThan(undo.seq);
  });

  it.each([null, '', { a: 1 }, true])('fails when its key is %j', (k) => {
    const all = new VirtualWorld({ w: { steps: [{ id: 'l', type: 'lock', key: '${input.k}', steps: [task('s')] }] } });
    const one = all.start('w', { k });
    expect(one.state.error).toMatchObject({ code: 'EXPRESSION_FAILED', path: 'l' });
    expect(one.sent).toEqual([]);
  });

  it.each(['replay', 'snapshot'] as const)('comes back from a crash (%s) as it was', (how) => {
    const all = world(lock([lock([task('s')])]), task('after'));
    const one = all.start('w', { k: 1 });
    all.run((_path, input) => {
      one.crash(how);
      return { output: input };
    });
    expect(one.state.status).toBe('completed');
    expect(told(one)).toEqual(['lockRequest acct-1', 'lockRelease acct-1']);
  });
});
