import type { AuditEvent } from '../model/audit-event.js';
import type { Plan } from '../model/plan.js';
import { startClock } from '../state/clocks.js';
import type { InstanceState } from '../state/instance-state.js';
import { freshBlock } from '../state/scopes.js';
import type { Site } from '../state/site.js';
import { openStep } from './end-step.js';
import { pushIfActionable } from './ready.js';
import { wakeBlock } from './reopen.js';

/** Applies what a `lock` step tells before its body opens. @returns false when the event is of another kind */
export function applyLockEvent(plan: Plan, state: InstanceState, site: Site, event: AuditEvent): boolean {
  const { path } = site;
  const own = state.step(path);
  switch (event.type) {
    case 'lockRequested': {
      const { key, limit, timeoutAt } = event.data;
      openStep(state, site);
      state.steps.set(path, {
        ...own,
        status: 'waiting',
        token: event.seq,
        scheduledAt: event.at,
        timeoutAt,
        wait: { kind: 'lock', key, limit },
      });
      startClock(state, 'timeout', path, timeoutAt);
      return true;
    }
    case 'lockGranted': {
      const { fence, inherited } = event.data;
      const wait = inherited ? { kind: 'lock' as const, ...inherited } : own.wait!;
      openStep(state, site);
      state.steps.set(path, {
        ...own,
        status: 'running',
        scheduledAt: own.scheduledAt ?? event.at,
        ...(inherited && { token: undefined, timeoutAt: event.data.timeoutAt }),
        wait: { ...wait, fence } as typeof wait,
        block: own.block ?? freshBlock, // one that failed before goes on with what it has
      });
      if (inherited) startClock(state, 'timeout', path, event.data.timeoutAt);
      if (own.block !== undefined) wakeBlock(plan, state, site);
      else pushIfActionable(plan, state, site);
      return true;
    }
    default:
      return false;
  }
}
