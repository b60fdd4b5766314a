import { type AuditEvent, compile, emptyInstanceView, foldInstanceView } from '#libs/engine';
import { pendingReason } from './pending-reason.js';
import { type StepFactsNow, stepNow, toStep, toStepSummary } from './step-rows.js';
import { stepTree } from './step-tree.js';

const { plan } = compile({
  name: 'a',
  version: '1.0.0',
  steps: [
    { id: 'one', task: 'echo', retry: { maxAttempts: 2 } },
    { id: 'two', task: 'echo', needs: ['one'] },
  ],
});
const at = Date.UTC(2027, 0, 1);
const event = (seq: number, type: string, data: object): AuditEvent =>
  ({ seq, generation: 1, type, path: 'one', attempt: 1, data, at }) as unknown as AuditEvent;
const scheduled = event(2, 'stepScheduled', { task: 'echo', queue: 'default', priority: 0, input: { a: 1 }, incarnation: 1 });
const nobody: StepFactsNow = { running: new Map(), runningOn: () => undefined, isServed: () => true };

const rowsOf = (events: AuditEvent[], facts = nobody, of = plan) =>
  [...stepTree(of, foldInstanceView(emptyInstanceView, events))].map((step) => stepNow(step, facts));
const summaries = (events: AuditEvent[], facts = nobody) => rowsOf(events, facts).map(toStepSummary);

describe('steps', () => {
  it('are all there in definition order before anything has happened', () => {
    expect(summaries([])).toMatchObject([
      { path: 'one', status: 'pending', attempt: 0, maxAttempts: 2, needs: [], reason: null },
      { path: 'two', status: 'pending', needs: ['one'] },
    ]);
  });

  it.each([
    ['waits for a free worker', scheduled, nobody, { status: 'scheduled', reason: 'sent' }],
    [
      'is not served',
      scheduled,
      { ...nobody, isServed: () => false },
      { reason: 'no_worker', reasonText: 'no live worker serves task "echo" on queue "default"' },
    ],
    [
      'is in the backlog',
      { ...scheduled, data: { ...scheduled.data, incarnation: undefined } } as AuditEvent,
      nobody,
      { reason: 'queued' },
    ],
  ])('say why: %s', (_, happened, facts, expected) => expect(summaries([happened], facts)[0]).toMatchObject(expected));

  it('are running as soon as a worker says so', () => {
    const startedAt = new Date(at + 50).toISOString();
    const running = new Map([[2, { path: 'one', token: 2, worker: 'w-1', startedAt }]]);
    const [row] = rowsOf([scheduled], { ...nobody, running, runningOn: (token) => running.get(token)?.worker });
    expect(toStep(row!, true)).toMatchObject({
      status: 'running',
      worker: 'w-1',
      startedAt,
      reasonText: 'running on w-1',
      input: { a: 1 },
      attempts: [{ attempt: 1, status: 'running', worker: 'w-1' }],
    });
  });

  it('are not running by the word of a worker about an attempt that is over', () => {
    const running = new Map([[2, { path: 'one', token: 2, worker: 'w-1', startedAt: new Date(at).toISOString() }]]);
    const done = event(3, 'stepCompleted', { token: 2, output: { b: 2 }, worker: 'w-1' });
    expect(summaries([scheduled, done], { ...nobody, running })[0]).toMatchObject({ status: 'completed', reason: null });
  });

  it('never show a start after the end, whatever the clock of the worker says', () => {
    const done = event(3, 'stepCompleted', { token: 2, output: {}, worker: 'w-1', startedAt: at + 60_000 });
    const [row] = rowsOf([scheduled, done]);
    const iso = new Date(at).toISOString();
    expect(toStep(row!, false)).toMatchObject({ startedAt: iso, endedAt: iso, attempts: [{ startedAt: iso }] });
  });

  it('tell when the next attempt is due', () => {
    const failed = event(3, 'stepRetryScheduled', {
      token: 2,
      failure: { code: 'BUSY', message: 'x', retryable: true },
      dueAt: at + 1_000,
    });
    expect(summaries([scheduled, failed])[0]).toMatchObject({
      status: 'retrying',
      reason: 'retry',
      reasonText: 'attempt 1 failed with BUSY; attempt 2 is due',
      dueAt: '2027-01-01T00:00:01.000Z',
    });
  });

  it('keep their payloads to themselves unless asked', () => {
    const [row] = rowsOf([scheduled]);
    expect(toStep(row!, false)).not.toHaveProperty('input');
  });
});

describe('steps inside blocks', () => {
  const { plan: nested } = compile({
    name: 'a',
    version: '1.0.0',
    steps: [
      {
        id: 'ship',
        type: 'forEach',
        items: '${input.items}',
        steps: [
          { id: 'pack', task: 'echo' },
          { id: 'send', task: 'echo' },
        ],
      },
      { id: 'end', task: 'echo' },
    ],
  });
  const at10 = (seq: number, type: string, path: string, data: object): AuditEvent =>
    ({ ...event(seq, type, data), path }) as AuditEvent;
  const happened = [
    at10(2, 'blockEntered', 'ship', { items: Array.from({ length: 11 }, (_, n) => n) }),
    at10(3, 'scopesOpened', 'ship', { keys: ['2', '10'] }),
    at10(4, 'stepScheduled', 'ship/10/pack', { task: 'echo', queue: 'default', priority: 0, incarnation: 1 }),
    at10(5, 'stepScheduled', 'ship/2/pack', { task: 'echo', queue: 'default', priority: 0, incarnation: 1 }),
  ];

  it('follow their block, part by part, reached or not', () => {
    expect(rowsOf(happened, nobody, nested).map(({ path }) => path)).toEqual([
      'ship',
      ...['ship/2/pack', 'ship/2/send', 'ship/10/pack', 'ship/10/send'],
      'end',
    ]);
  });

  it('name their needs by path', () => {
    const send = rowsOf(happened, nobody, nested).find(({ path }) => path === 'ship/2/send');
    expect(toStepSummary(send!)).toMatchObject({ type: 'task', status: 'pending', needs: ['ship/2/pack'] });
  });
});

it('pendingReason tells a start time from an orchestrator that has not come yet', () => {
  expect(pendingReason({ startAt: at }, at - 1)).toMatchObject({ reason: 'start_at', until: '2027-01-01T00:00:00.000Z' });
  expect(pendingReason({ startAt: at }, at)).toMatchObject({ reason: 'not_started' });
  expect(pendingReason({ startAt: null }, at)).toMatchObject({ reason: 'not_started' });
});
