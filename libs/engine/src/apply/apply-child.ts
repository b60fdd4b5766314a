import type { AuditEvent, AuditEventOf } from '../model/audit-event.js';
import { startClock } from '../state/clocks.js';
import type { InstanceState } from '../state/instance-state.js';
import type { StepState } from '../state/step-state.js';
import type { Site } from '../state/site.js';
import { openStep } from './end-step.js';

/** Applies what a `workflow` step tells about its child. @returns false when the event is of another kind */
export function applyChildEvent(state: InstanceState, site: Site, event: AuditEvent): boolean {
  const own = state.step(site.path);
  switch (event.type) {
    case 'childRequested':
      request(state, site, own, event);
      return true;
    case 'childStarted': {
      const { id, attached } = event.data;
      if (own.wait?.kind !== 'child') throw new RangeError(`expected "${site.path}" to wait for a child`);
      state.steps.set(site.path, { ...own, wait: { ...own.wait, startedId: id, ...(attached && { attached }) } });
      return true;
    }
    default:
      return false;
  }
}

function request(
  state: InstanceState,
  site: Site,
  own: StepState,
  { data, seq, at, attempt }: AuditEventOf<'childRequested'>,
): void {
  const { childId, workflow, version, input, key, onParentClose, queue, priority, timeoutAt, totalTimeoutAt } = data;
  openStep(state, site);
  state.steps.set(site.path, {
    ...own,
    status: 'waiting',
    attempt: attempt ?? 1,
    token: seq,
    scheduledAt: at,
    firstScheduledAt: own.firstScheduledAt ?? at,
    dueAt: undefined,
    timeoutAt,
    timeoutMs: timeoutAt === undefined ? undefined : timeoutAt - at,
    totalTimeoutAt,
    wait: {
      kind: 'child',
      childId,
      workflow,
      input,
      onParentClose,
      ...(version !== undefined && { version }),
      ...(key !== undefined && { key }),
      ...(queue !== undefined && { queue }),
      ...(priority !== undefined && { priority }),
    },
  });
  startClock(state, 'timeout', site.path, timeoutAt);
  if (own.totalTimeoutAt !== totalTimeoutAt) startClock(state, 'totalTimeout', site.path, totalTimeoutAt);
}
