import type { WaitingFor } from '#libs/contracts';
import type { InstanceHead } from '#libs/persistence';
import { toIso } from '../http/times.js';

/** Why an instance has not started. */
export function pendingReason(head: Pick<InstanceHead, 'startAt'>, nowMs: number): WaitingFor {
  if (head.startAt !== null && head.startAt > nowMs) {
    return { path: '', reason: 'start_at', text: 'waits for its start time', until: toIso(head.startAt) };
  }
  return { path: '', reason: 'not_started', text: 'waits to be taken up by an orchestrator' };
}
