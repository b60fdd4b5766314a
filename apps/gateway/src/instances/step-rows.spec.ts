import { type AuditEvent, compile, emptyInstanceView, foldInstanceView } from '#libs/engine';
import { stepsNow, toStep, toStepSummary } from './step-rows.js';
import { pendingReason } from './wait-reason.js';

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
const nobody = { running: new Map(), isServed: () => true };

const rowsOf = (events: AuditEvent[], facts: Parameters<typeof stepsNow>[2] = nobody) =>
  stepsNow(plan, foldInstanceView(emptyInstanceView, events), facts);
const summaries = (events: AuditEvent[], facts = nobody) => rowsOf(events, facts).map((row) => toStepSummary(row, plan));

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
    const [row] = rowsOf([scheduled], { ...nobody, running });
    expect(toStep(row!, plan, true)).toMatchObject({
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
    expect(toStep(row!, plan, false)).toMatchObject({ startedAt: iso, endedAt: iso, attempts: [{ startedAt: iso }] });
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
    expect(toStep(row!, plan, false)).not.toHaveProperty('input');
  });
});

it('pendingReason tells a start time from an orchestrator that has not come yet', () => {
  expect(pendingReason({ startAt: at }, at - 1)).toMatchObject({ reason: 'start_at', until: '2027-01-01T00:00:00.000Z' });
  expect(pendingReason({ startAt: at }, at)).toMatchObject({ reason: 'not_started' });
  expect(pendingReason({ startAt: null }, at)).toMatchObject({ reason: 'not_started' });
});
