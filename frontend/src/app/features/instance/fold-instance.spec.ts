import type { AuditEventItem } from '@contracts/rest/steps';
import { emptyStream, foldStream, toAuditEvent } from './fold-instance';

const at = (second: number): string => new Date(Date.UTC(2026, 10, 21, 8, 0, second)).toISOString();
const item = (
  seq: number,
  type: string,
  data: unknown,
  path: string | null = null,
  attempt: number | null = null,
): AuditEventItem => ({ seq, generation: 1, type, path, attempt, data, at: at(seq) }) as AuditEventItem;

const log = [
  item(1, 'instanceStarted', { definition: 'order', version: '1.0.0', checksum: '', input: { id: 1 } }),
  item(2, 'stepScheduled', { task: 'echo', queue: 'default', priority: 0, input: {}, incarnation: 1 }, 'a', 1),
  item(
    3,
    'stepRetryScheduled',
    { token: 2, failure: { code: 'X', message: 'm', retryable: true }, dueAt: Date.parse(at(9)) },
    'a',
    1,
  ),
  item(4, 'stepScheduled', { task: 'echo', queue: 'default', priority: 0, input: {}, incarnation: 1 }, 'a', 2),
  item(5, 'stepCompleted', { token: 4, output: { ok: true }, worker: 'w-1', startedAt: Date.parse(at(4)) }, 'a', 2),
  item(6, 'instanceCompleted', { output: { ok: true } }),
];

describe('foldStream', () => {
  it('comes to the same whether the log arrives at once, one by one, or overlapping', () => {
    const atOnce = foldStream(emptyStream, { events: log });
    const oneByOne = log.reduce((stream, event) => foldStream(stream, { events: [event] }), emptyStream);
    const overlapping = [log.slice(0, 4), log.slice(2, 5), log].reduce(
      (stream, events) => foldStream(stream, { events }),
      emptyStream,
    );
    expect(oneByOne).toEqual(atOnce);
    expect(overlapping).toEqual(atOnce);
    expect(atOnce.view).toMatchObject({ seq: 6, status: 'completed', output: { ok: true } });
  });
  it('shows a step in backoff with its attempts', () => {
    const { view } = foldStream(emptyStream, { events: log.slice(0, 3) });
    expect(view.steps.get('a')).toMatchObject({ status: 'retrying', attempt: 1, dueAt: Date.parse(at(9)), error: { code: 'X' } });
    expect(view.status).toBe('waiting');
  });
  it('keeps what runs until it is told anew', () => {
    const running = [{ path: 'a', token: 2, worker: 'w-1', startedAt: at(2) }];
    const begun = foldStream(foldStream(emptyStream, { events: log.slice(0, 2) }), { events: [], running });
    expect(foldStream(begun, { events: log.slice(0, 3) }).running).toBe(running);
    expect(foldStream(begun, { events: [], running: [] }).running).toEqual([]);
  });
  it('does not make a new log of nothing new', () => {
    const stream = foldStream(emptyStream, { events: log });
    expect(foldStream(stream, { events: log }).events).toBe(stream.events);
  });
});

describe('toAuditEvent', () => {
  it('has epoch milliseconds, and nothing where the wire says null', () => {
    const event = toAuditEvent(log[0]!);
    expect(event.at).toBe(Date.parse(at(1)));
    expect('path' in event || 'attempt' in event).toBe(false);
  });
});
