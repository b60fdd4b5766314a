import type { RunningStep } from '@contracts/live/protocol';
import type { WaitingFor } from '@contracts/rest/steps';
import { reasons, type Reason } from '@engine/effects/reason';
import type { InstanceView } from '@engine/view/instance-view';
import { formatLeft } from '../../ui/format';

/** Why a step is open. `path` '' is the whole instance; `until` epoch ms. */
export type OpenReason = Pick<Reason, 'path' | 'text' | 'until'> & { readonly reason: WaitingFor['reason'] };

/** What only the server knows: who serves a task, what stops or limits its queue, who holds a lock. */
const serverKnows: readonly ReadonlySet<string>[] = [
  new Set(['sent', 'queued', 'no_worker', 'paused', 'limit']),
  new Set(['lock']),
  new Set(['child']),
];

/**
 * One reason for every open step, at most `limit`, from the log as it is now; where the server last told more about the same wait, its words.
 * @param told the server's reasons, a little older perhaps
 */
export function openReasons(
  view: InstanceView,
  running: readonly RunningStep[],
  told: readonly WaitingFor[],
  limit = 100,
): OpenReason[] {
  if (view.seq === 0) return told.map(fromServer);
  const workers = new Map(running.map(({ token, worker }) => [token, worker]));
  const toldOf = new Map(told.map((reason) => [reason.path, reason]));
  const found = reasons(view, { isServed: () => true, runningOn: (token) => workers.get(token) }, limit);
  return found.map((own) => {
    const other = toldOf.get(own.path);
    const isSameWait = other && serverKnows.some((codes) => codes.has(own.reason) && codes.has(other.reason));
    return isSameWait ? { ...own, reason: other.reason, text: other.text } : own;
  });
}

const fromServer = ({ path, reason, text, until }: WaitingFor): OpenReason => ({
  path,
  reason,
  text,
  ...(until !== undefined && { until: Date.parse(until) }),
});

const givesUp = new Set<string>(['event', 'ask', 'child', 'lock']);

/** What the clock will do, and when: `12 s left`; nothing once that is past. @param now epoch ms */
export function untilText({ reason, until }: Pick<OpenReason, 'reason' | 'until'>, now: number): string | undefined {
  if (until === undefined || until <= now) return undefined;
  const span = formatLeft(until, now);
  if (reason === 'retry' || reason === 'delay' || reason === 'start_at') return $localize`in ${span}:span:`;
  return givesUp.has(reason) ? $localize`gives up in ${span}:span:` : $localize`${span}:span: left`;
}

/** What stands still for want of a person or a thing comes before what only takes its time. */
const weight: Readonly<Record<string, number>> = {
  paused: 0,
  no_worker: 1,
  ask: 2,
  retry: 3,
  event: 4,
  lock: 5,
  limit: 5,
  child: 6,
  queued: 7,
  delay: 8,
  timer: 9,
};

/** The most telling first; of alike ones that which the clock moves first. */
export function byWeight(list: readonly OpenReason[]): OpenReason[] {
  const weightOf = ({ reason }: OpenReason): number => weight[reason] ?? 10;
  return [...list].sort((a, b) => weightOf(a) - weightOf(b) || (a.until ?? Infinity) - (b.until ?? Infinity) || 0);
}
