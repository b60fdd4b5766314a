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

/** What closes incidents of lost steps: somebody has acted on them by hand. To be done once earlier losses are written down. */
export const settledLossesOf = (
  incidents: Incidents,
  instanceId: InstanceId,
  events: readonly AuditEvent[],
): (() => Promise<boolean>)[] =>
  events.flatMap((event, index) => {
    if (event.type !== 'instanceRetried') return [];
    const { seq, data } = event;
    const { path, by = 'anonymous', reason } = data;
    const next = events[index + 1];
    const isSkipped = next?.type === 'stepSkipped' && next.path === path;
    const action = path === undefined ? 'instance.retry' : isSkipped ? 'instance.skipStep' : 'instance.retryStep';
    return [() => incidents.settleLost({ instanceId, path, seq }, { actor: by, reason, details: { through: action, seq } })];
  });
