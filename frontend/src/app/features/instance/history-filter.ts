import type { AuditEvent } from '@engine/model/audit-event';

export type HistoryKind = 'all' | 'instance' | 'steps' | 'failures';

const isFailure = ({ type }: AuditEvent): boolean =>
  ['stepFailed', 'stepRetryScheduled', 'instanceFailed', 'instanceTimedOut', 'stepBlocked'].includes(type);

/** Events of a kind whose type, path or data holds `text`. */
export function filterHistory(events: readonly AuditEvent[], kind: HistoryKind, text: string): readonly AuditEvent[] {
  const wanted = text.trim().toLowerCase();
  if (kind === 'all' && wanted === '') return events;
  return events.filter((event) => isOfKind(event, kind) && (wanted === '' || wordsOf(event).includes(wanted)));
}

function isOfKind(event: AuditEvent, kind: HistoryKind): boolean {
  if (kind === 'all') return true;
  if (kind === 'failures') return isFailure(event);
  return event.type.startsWith('instance') === (kind === 'instance');
}

const wordsOf = ({ type, path, data }: AuditEvent): string => `${type} ${path ?? ''} ${JSON.stringify(data)}`.toLowerCase();

/** `stepRetryScheduled` as `Step retry scheduled`. */
export function eventWords(type: string): string {
  const spaced = type.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** What is worth knowing of an event at a glance. */
export function eventDetail(event: AuditEvent): string {
  switch (event.type) {
    case 'instanceStarted':
      return `${event.data.definition}@${event.data.version}`;
    case 'stepScheduled':
      return `${event.data.task} → ${event.data.queue}`;
    case 'stepsDispatched':
      return event.data.paths.slice(0, 5).join(', ');
    case 'stepCompleted':
      return event.data.worker ?? '';
    case 'stepRetryScheduled':
    case 'stepFailed':
      return `${event.data.failure.code}: ${event.data.failure.message}`;
    case 'instanceFailed':
    case 'instanceTimedOut':
      return `${event.data.error.code}: ${event.data.error.message}`;
    case 'stepCancelling':
      return event.data.abort;
    case 'instanceCancelled':
    case 'instanceClosing':
      return event.data.reason ?? '';
    default:
      return '';
  }
}

/** A key of `stateLooks` for the glyph beside an event. */
export function eventState(type: string): string {
  const states: Record<string, string> = {
    instanceStarted: 'running',
    stepScheduled: 'scheduled',
    stepsDispatched: 'queued',
    stepClaimed: 'running',
    stepCompleted: 'completed',
    stepRetryScheduled: 'retrying',
    stepFailed: 'failed',
    stepSkipped: 'skipped',
    stepBlocked: 'blocked',
    stepCancelling: 'cancelling',
    stepCancelled: 'cancelled',
    instanceClosing: 'cancelling',
    instanceOverdue: 'timed_out',
    instanceCompleted: 'completed',
    instanceFailed: 'failed',
    instanceCancelled: 'cancelled',
    instanceTimedOut: 'timed_out',
  };
  return states[type] ?? 'pending';
}
