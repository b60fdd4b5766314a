import type { AuditEvent } from '../model/audit-event.js';
import type { InstanceState } from '../state/instance-state.js';

/** Applies what an instance asks of the limits of its definition, and is granted. @returns false when the event is of another kind */
export function applyLimitEvent(state: InstanceState, event: AuditEvent): boolean {
  switch (event.type) {
    case 'limitRequested': {
      const { kind, key, limit, windowMs } = event.data;
      state.asked = { kind, key, limit, token: event.seq, ...(windowMs !== undefined && { windowMs }) };
      return true;
    }
    case 'limitGranted': {
      const { kind, key, token } = state.asked!;
      if (kind === 'concurrency') state.slot = { kind, key, token };
      state.gates = state.gates.slice(1);
      state.asked = undefined;
      return true;
    }
    default:
      return false;
  }
}
