import type { AuditEvent, InstanceId } from '#libs/engine';
import type { Incidents } from './incidents.js';

/** A step failed because its worker went away, and it cannot simply run again. */
const lossCodes: ReadonlySet<string> = new Set(['WORKER_LOST', 'HEARTBEAT_LOST', 'WORKER_CRASHED']);

/** Incidents of what was just committed, or may not have been told by whoever committed it: each is written once. */
export const lostStepsOf = (incidents: Incidents, id: InstanceId, events: readonly AuditEvent[]): Promise<boolean>[] =>
  events.flatMap((event) =>
    event.type === 'stepFailed' && lossCodes.has(event.data.failure.code)
      ? [incidents.lostStep(id, event.path!, event.data.failure, event.seq)]
      : [],
  );
