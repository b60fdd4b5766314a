import type { InstanceState } from '../state/instance-state.js';

/** Why a step is not moving, as a code and in words. */
export interface Reason {
  readonly path: string;
  readonly reason: 'queued' | 'no_worker' | 'running' | 'sent' | 'retry' | 'cancelling';
  readonly text: string;
  /** Epoch ms, when time alone will move it. */
  readonly until?: number;
}

export interface ReasonFacts {
  readonly isServed: (task: string) => boolean;
  readonly runningOn: (token: number) => string | undefined;
}

/** One reason for every open step, oldest first, at most `limit`. */
export function reasons(state: InstanceState, facts: ReasonFacts, limit = 20): Reason[] {
  const found: Reason[] = [];
  for (const path of state.open.keys()) {
    if (found.length >= limit) break;
    found.push(reasonOf(state, path, facts));
  }
  return found;
}

function reasonOf(state: InstanceState, path: string, { isServed, runningOn }: ReasonFacts): Reason {
  const { status, token, task = '', queue, dueAt, attempt, claimant, incarnation, error, graceUntil } = state.step(path);
  if (status === 'retrying') {
    return {
      path,
      reason: 'retry',
      text: `attempt ${attempt} failed with ${error?.code ?? 'an error'}; attempt ${attempt + 1} is due`,
      until: dueAt,
    };
  }
  if (status === 'cancelling')
    return { path, reason: 'cancelling', text: 'waiting for its worker to stop', ...(graceUntil && { until: graceUntil }) };
  const worker = claimant ?? (token === undefined ? undefined : runningOn(token));
  if (worker !== undefined) return { path, reason: 'running', text: `running on ${worker}` };
  if (!isServed(task)) return { path, reason: 'no_worker', text: `no live worker serves task "${task}" on queue "${queue}"` };
  if (incarnation === undefined)
    return { path, reason: 'queued', text: `queued: queue "${queue}" has as much work as its workers take` };
  return { path, reason: 'sent', text: `sent to queue "${queue}", waiting for a free worker` };
}
