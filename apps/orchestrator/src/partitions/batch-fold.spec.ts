import { compile, newState, type InstanceId, type Plan } from '#libs/engine';
import type { InboxRow, InstanceHead } from '#libs/persistence';
import { outgoing } from '../dispatch/outgoing.js';
import { WorkIndex } from '../dispatch/work-index.js';
import { BatchFold, type FoldContext } from './batch-fold.js';
import { batchRows } from './batch-rows.js';
import type { CachedInstance } from './instance-cache.js';

const id = '01890000-0000-7000-8000-000000000001' as InstanceId;
const planOf = (...steps: object[]): Plan => {
  const { plan, problems } = compile({ name: 'order', version: '1.0.0', steps });
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  return plan;
};
const twoTasks = planOf({ id: 'a', task: 'work', queue: 'q' }, { id: 'b', task: 'work', queue: 'q', needs: [] });

function instanceOf(plan: Plan, head: Partial<InstanceHead> = {}): CachedInstance {
  const facts = {
    id,
    checksum: 'c',
    key: null,
    queue: null,
    priority: null,
    tags: {},
    input: {},
    bucket: 7,
    createdAt: 900,
    startAt: null,
  };
  return {
    head: { ...facts, definition: 'order', version: '1.0.0', ...head } as InstanceHead,
    plan,
    state: newState(id),
    wakeup: { dueAt: head.startAt ?? 900, work: 'none' },
    snapshotSeq: 0,
    bytes: 0,
  };
}

const context = (changes: Partial<FoldContext> = {}): FoldContext => ({
  nowMs: 1_000,
  draw: () => 0.5,
  room: () => 10,
  incarnation: () => 1,
  isServed: () => true,
  runningOn: () => undefined,
  ...changes,
});
const cancelRow: InboxRow = { id: 'c1', instanceId: id, bucket: 7, kind: 'cancel', content: {}, receivedAt: 1 };

describe('BatchFold', () => {
  it('starts a pending instance on a hint, and moves its wake-up row', () => {
    const [work, instance] = [new WorkIndex(() => 0), instanceOf(twoTasks)];
    const fold = new BatchFold(work, context());
    fold.take(instance, { kind: 'hint', instanceId: id }, []);
    expect(instance.state.status).toBe('running');
    expect(work.sent.size).toBe(2);
    const rows = batchRows(fold, work, 1_000);
    expect(rows.touched).toEqual([{ instanceId: id, fromSeq: 1, toSeq: 3 }]);
    expect(rows.wakeups).toEqual([{ instanceId: id, bucket: 7, dueAt: null, work: 'sent' }]);
  });

  it('leaves what exceeds the room in the backlog, and lets nothing overtake it', () => {
    const [work, instance] = [new WorkIndex(() => 0), instanceOf(twoTasks)];
    const room = (): number => 1 - work.waitingCount('q.work');
    const fold = new BatchFold(work, context({ room }));
    fold.take(instance, { kind: 'hint', instanceId: id }, []);
    expect([work.sent.size, work.backlog.size]).toEqual([1, 1]);
    const [queued] = work.backlog.peek('q.work', 1);
    fold.dispatch(instance, [queued!], { incarnation: 4 });
    expect([work.sent.size, work.backlog.size]).toEqual([2, 0]);
    expect(instance.state.step('b').incarnation).toBe(4);
  });

  it('ends at once what is cancelled in the batch that began it: its commands never leave', () => {
    const [work, instance] = [new WorkIndex(() => 0), instanceOf(twoTasks)];
    const fold = new BatchFold(work, context());
    fold.take(instance, { kind: 'hint', instanceId: id }, [cancelRow]);
    expect(instance.state.status).toBe('cancelled');
    const changes = [...fold.changed].map(([changed, events]) => ({ instance: changed, events }));
    expect([work.sent.size, outgoing(0, changes, [], () => undefined).commands]).toEqual([0, []]);
  });

  it('takes what is no longer open out of the backlog when its turn comes', () => {
    const [work, instance] = [new WorkIndex(() => 0), instanceOf(twoTasks)];
    const stale = {
      instanceId: id,
      path: 'a',
      token: 99,
      queue: 'q',
      task: 'work',
      lane: 'q.work',
      priority: 0,
      key: 'd',
      at: 0,
    };
    work.backlog.push(stale);
    new BatchFold(work, context()).dispatch(instance, [stale], { incarnation: 1 });
    expect(work.backlog.size).toBe(0);
  });

  it('applies an inbox row once, however many hints read it', () => {
    const instance = instanceOf(twoTasks);
    const fold = new BatchFold(new WorkIndex(() => 0), context());
    for (let n = 0; n < 3; n += 1) fold.take(instance, { kind: 'hint', instanceId: id }, [cancelRow]);
    expect(fold.inboxApplied.map(({ id: row, outcome }) => [row, outcome])).toEqual([['c1', 'applied']]);
  });

  it('keeps the tags of an instance that is cancelled before its start, and removes its wake-up row', () => {
    const instance = instanceOf(twoTasks, { startAt: 5_000, tags: { team: 'blue' }, summary: 'Order 1' });
    const work = new WorkIndex(() => 0);
    const fold = new BatchFold(work, context());
    fold.take(instance, { kind: 'hint', instanceId: id }, [cancelRow]);
    const { heads, wakeups, events } = batchRows(fold, work, 1_000);
    expect(heads[0]).toMatchObject({ status: 'cancelled', tags: { team: 'blue' }, summary: 'Order 1', startedAt: null });
    expect(wakeups[0]).toMatchObject({ remove: true });
    expect(events.map(({ event }) => event.type)).toEqual(['instanceClosing', 'instanceCancelled']);
  });

  it('never begins what was superseded in time, though its start is due by now', () => {
    const instance = instanceOf(twoTasks, { startAt: 990 });
    const fold = new BatchFold(new WorkIndex(() => 0), context());
    const row: InboxRow = { ...cancelRow, content: { ifPending: true, reason: 'superseded' } };
    fold.take(instance, { kind: 'message', instanceId: id, message: { type: 'wake' } }, [row]);
    expect(instance.state.status).toBe('cancelled');
    expect(fold.inboxApplied.map(({ outcome }) => outcome)).toEqual(['applied']);
    expect([...fold.changed.values()].flat().map(({ type }) => type)).toEqual(['instanceClosing', 'instanceCancelled']);
  });

  it('remembers an instance that is not due yet, and leaves its wake-up row alone', () => {
    const instance = instanceOf(twoTasks, { startAt: 5_000 });
    const work = new WorkIndex(() => 0);
    const fold = new BatchFold(work, context());
    fold.take(instance, { kind: 'message', instanceId: id, message: { type: 'wake' } }, []);
    expect(fold.changed.has(instance)).toBe(true);
    expect(batchRows(fold, work, 5_001).wakeups).toEqual([]);
  });

  it('refuses a claim of an instance nobody knows', () => {
    const fold = new BatchFold(new WorkIndex(() => 0), context());
    fold.take(undefined, { kind: 'message', instanceId: id, message: { type: 'claim', path: 'a', token: 2, claimant: 'w' } }, []);
    expect(fold.verdicts).toEqual([{ instanceId: id, token: 2, claimant: 'w', granted: false }]);
  });

  it('grants a claim to the first who asks, again to the same, and to nobody else', () => {
    const instance = instanceOf(twoTasks);
    const fold = new BatchFold(new WorkIndex(() => 0), context());
    fold.take(instance, { kind: 'hint', instanceId: id }, []);
    const token = instance.state.step('a').token!;
    for (const claimant of ['w1', 'w2', 'w1'])
      fold.take(instance, { kind: 'message', instanceId: id, message: { type: 'claim', path: 'a', token, claimant } }, []);
    expect(fold.verdicts.map(({ claimant, granted }) => [claimant, granted])).toEqual([
      ['w1', true],
      ['w2', false],
      ['w1', true],
    ]);
  });

  it('sends a returned command again once, whoever else reports the same return', () => {
    const instance = instanceOf(twoTasks);
    const fold = new BatchFold(new WorkIndex(() => 0), context());
    fold.take(instance, { kind: 'hint', instanceId: id }, []);
    const token = instance.state.step('a').token!;
    for (let n = 0; n < 2; n += 1) fold.take(instance, { kind: 'returned', instanceId: id, path: 'a', token, delivery: 1 }, []);
    expect(instance.state.step('a').delivery).toBe(2);
    expect(fold.rejections.get('staleDelivery')).toBe(1);
  });

  it('lets a clock of the queue wait while workers have not been heard', () => {
    const plan = planOf({ id: 'a', task: 'work', queueTimeout: '3s' });
    const [work, instance] = [new WorkIndex(() => 0), instanceOf(plan)];
    const wake = { kind: 'message', instanceId: id, message: { type: 'wake' } } as const;
    new BatchFold(work, context()).take(instance, wake, []);
    new BatchFold(work, context({ nowMs: 9_000, isDeaf: true })).take(instance, wake, []);
    expect(instance.state.step('a').status).toBe('scheduled');
    new BatchFold(work, context({ nowMs: 9_000 })).take(instance, wake, []);
    expect(instance.state.step('a').status).toBe('failed');
  });

  it('takes rows of every kind as their messages, and says what became of each', () => {
    const plan = planOf({ id: 'q', type: 'ask', kind: 'text', prompt: 'Why?' });
    const instance = instanceOf(plan);
    const work = new WorkIndex(() => 0);
    const row = (id_: string, kind: InboxRow['kind'], content: object): InboxRow => ({
      id: id_, instanceId: id, bucket: 7, kind, content: content as never, receivedAt: 1,
    }); // prettier-ignore
    const opening = new BatchFold(work, context());
    opening.take(instance, { kind: 'hint', instanceId: id }, []);
    expect(batchRows(opening, work, 1_000).asks).toMatchObject([{ path: 'q', kind: 'text', prompt: 'Why?', openedAt: 1_000 }]);
    const fold = new BatchFold(work, context());
    const rows = [
      row('e', 'event', { event: { name: 'n', payload: 1 } }),
      row('a', 'answerAsk', { name: 'q', value: 'because' }),
      row('b', 'answerAsk', { name: 'q', value: 'again' }),
      row('s', 'startChild', {}),
    ];
    fold.take(instance, { kind: 'hint', instanceId: id }, rows);
    expect(fold.inboxApplied.map(({ id: name, outcome }) => [name, outcome])).toEqual([
      ['e', 'kept'],
      ['a', 'applied'],
      ['b', 'alreadyEnded'],
      ['s', 'notPossible'],
    ]);
    expect(instance.state.status).toBe('completed');
    expect(batchRows(fold, work, 1_000)).toMatchObject({ asks: [], asksGone: [{ path: 'q' }], wakeups: [{ remove: true }] });
  });

  it('leaves an event alone that comes before the instance has started', () => {
    const instance = instanceOf(twoTasks, { startAt: 5_000 });
    const fold = new BatchFold(new WorkIndex(() => 0), context());
    fold.take(instance, { kind: 'hint', instanceId: id }, [
      { ...cancelRow, kind: 'event', content: { event: { name: 'n', payload: 1 } } },
    ]);
    expect(fold.inboxApplied).toEqual([]);
  });

  it('tells the parent when a child ends', () => {
    const parent = { instance: 'p', path: 'call', token: 3, depth: 1, onParentClose: 'cancel' } as const;
    const instance = instanceOf(planOf(), { origin: { parent } });
    const work = new WorkIndex(() => 0);
    const fold = new BatchFold(work, context());
    fold.take(instance, { kind: 'hint', instanceId: id }, []);
    expect(batchRows(fold, work, 1_000).inboxSent).toMatchObject([
      { instanceId: 'p', kind: 'childEnded', content: { path: 'call', token: 3, id, status: 'completed' } },
    ]);
  });
});
