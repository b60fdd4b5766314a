import type { AuditEvent } from '@engine/model/audit-event';

export type HistoryKind = 'all' | 'instance' | 'steps' | 'failures';

const isFailure = ({ type }: AuditEvent): boolean =>
  [
    'stepFailed',
    'stepRetryScheduled',
    'instanceFailed',
    'instanceTimedOut',
    'instanceCompensationFailed',
    'stepBlocked',
  ].includes(type);

/** Events of a kind whose type, path or data holds `text`. */
export function filterHistory(events: readonly AuditEvent[], kind: HistoryKind, text: string): readonly AuditEvent[] {
  const wanted = text.trim().toLowerCase();
  if (kind === 'all' && wanted === '') return events;
  return events.filter((event) => isOfKind(event, kind) && (wanted === '' || wordsOf(event).includes(wanted)));
}

function isOfKind(event: AuditEvent, kind: HistoryKind): boolean {
  if (kind === 'all') return true;
  if (kind === 'failures') return isFailure(event);
  const isOfInstance = event.path === undefined && event.type !== 'stepsDispatched';
  return isOfInstance === (kind === 'instance');
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
    case 'stepSkipped':
    case 'stepRetried':
      return byHand(event.data);
    case 'timerStarted':
    case 'roundDelayed':
      return new Date(event.data.dueAt).toISOString();
    case 'eventAwaited':
      return event.data.names.join(event.data.match === 'all' ? ' + ' : ' | ');
    case 'eventTaken':
    case 'eventKept':
    case 'eventDropped':
      return `${event.data.event.name} ${event.data.event.id}`;
    case 'eventsUnused':
      return event.data.events
        .map(({ name }) => name)
        .slice(0, 5)
        .join(', ');
    case 'askOpened':
      return event.data.prompt ?? event.data.name;
    case 'askClaimed':
      return event.data.by;
    case 'askReassigned':
      return event.data.assignees.join(', ');
    case 'childRequested':
      return `${event.data.workflow} ${event.data.childId}`;
    case 'childStarted':
      return event.data.id;
    case 'lockRequested':
    case 'limitRequested':
      return event.data.key;
    case 'blockEntered':
      return event.data.taken?.join(', ') ?? '';
    case 'scopesOpened':
      return event.data.keys.slice(0, 5).join(', ') + (event.data.keys.length > 5 ? ', …' : '');
    case 'instancePaused':
    case 'instanceResumed':
    case 'instanceRetried':
      return byHand(event.data);
    case 'instanceCompensating':
    case 'blockCompensating':
      return event.data.paths.slice(0, 5).join(', ');
    case 'instanceCancelled':
    case 'instanceClosing':
      return event.data.reason ?? '';
    default:
      return '';
  }
}

const byHand = ({ by, reason }: { readonly by?: string; readonly reason?: string }): string =>
  [by, reason].filter((part) => part !== undefined).join(': ');

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
    stepBegun: 'running',
    stepRetried: 'retrying',
    stepProgressed: 'running',
    timerStarted: 'waiting',
    roundDelayed: 'waiting',
    eventAwaited: 'waiting',
    eventTaken: 'completed',
    eventKept: 'queued',
    eventDropped: 'skipped',
    eventsUnused: 'skipped',
    askOpened: 'asking',
    askClaimed: 'asking',
    askReassigned: 'asking',
    emitRequested: 'waiting',
    childRequested: 'waiting',
    childStarted: 'running',
    lockRequested: 'waiting',
    lockGranted: 'running',
    limitRequested: 'waiting',
    limitGranted: 'running',
    blockEntered: 'running',
    scopesOpened: 'running',
    scopeStopped: 'cancelling',
    blockClosing: 'cancelling',
    blockCompensating: 'compensating',
    childCompensating: 'compensating',
    childCompensated: 'compensated',
    instancePaused: 'paused',
    instanceResumed: 'running',
    instanceRetried: 'running',
    instanceStartedAgain: 'running',
    instanceCompensating: 'compensating',
    instanceCompensated: 'compensated',
    instanceCompensationFailed: 'compensation_failed',
    instanceClosing: 'cancelling',
    instanceOverdue: 'timed_out',
    instanceCompleted: 'completed',
    instanceFailed: 'failed',
    instanceCancelled: 'cancelled',
    instanceTimedOut: 'timed_out',
  };
  return states[type] ?? 'pending';
}
