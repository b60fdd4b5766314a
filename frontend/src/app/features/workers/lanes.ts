import type { Queue, QueueSettings, TaskSettings } from '@contracts/rest/capacity';
import { formatCount, formatLeft } from '../../ui/format';
import { waitingSteps } from './fold-workers';

/** What is set on a lane, a queue or a task; absent while nothing is. */
export type LaneSettings = Partial<QueueSettings & TaskSettings>;

/** A queue with all its tasks. */
export interface QueueLane {
  readonly name: string;
  readonly settings: LaneSettings;
  /** Steps at once that hold a slot of its limit. */
  readonly inUse: number | undefined;
  readonly tasks: readonly Queue[];
  readonly waiting: number;
  readonly running: number;
}

/** Rows of queues and tasks, together by queue, in the order they come in; then queues that only have settings. */
export function queueLanes(rows: readonly Queue[], settings: readonly QueueSettings[] = []): QueueLane[] {
  const lanes = new Map<string, Queue[]>();
  for (const row of rows) lanes.set(row.queue, [...(lanes.get(row.queue) ?? []), row]);
  for (const { queue } of settings) if (!lanes.has(queue)) lanes.set(queue, []);
  const known = new Map(settings.map((one) => [one.queue, one]));
  return [...lanes].map(([name, tasks]) => ({
    name,
    tasks,
    settings: tasks[0]?.settings ?? known.get(name) ?? {},
    inUse: tasks[0]?.inUse,
    waiting: tasks.reduce((sum, row) => sum + waitingSteps(row), 0),
    running: tasks.reduce((sum, { running }) => sum + running, 0),
  }));
}

/** `5 of 5 in use`, `at most 5`; nothing without a limit. */
export function limitText({ concurrency }: LaneSettings, inUse: number | undefined): string | undefined {
  if (concurrency === undefined || concurrency === null) return undefined;
  if (inUse === undefined) return $localize`at most ${formatCount(concurrency)}:limit: at once`;
  return $localize`${formatCount(inUse)}:used: of ${formatCount(concurrency)}:limit: in use`;
}

export const isFull = ({ concurrency }: LaneSettings, inUse: number | undefined): boolean =>
  typeof concurrency === 'number' && inUse !== undefined && inUse >= concurrency;

const perWords = { second: $localize`a second`, minute: $localize`a minute`, hour: $localize`an hour` } as const;

/** `10 a second`. */
export const rateText = ({ rate }: LaneSettings): string | undefined =>
  rate ? `${formatCount(rate.limit)} ${perWords[rate.per]}` : undefined;

/** Everything that is set on a queue, but that it is paused; in words. */
export function settingsText(settings: LaneSettings, inUse: number | undefined): string[] {
  const { priority } = settings;
  const set = typeof priority === 'number' ? $localize`priority ${priority}:priority:` : undefined;
  return [limitText(settings, inUse), rateText(settings), set].filter((text) => text !== undefined);
}

/** Why nothing is dispatched; nothing while it is. */
export function pausedText({ paused, note, by }: LaneSettings): string | undefined {
  if (!paused) return undefined;
  const who = by ? $localize`Paused by ${by}:person:` : $localize`Paused`;
  return note ? `${who}: ${note}` : who;
}

/** What the breaker of a task does, as a state and in words; nothing while it is off: closed by hand. */
export function breakerOf(
  { breaker, breakerState, breakAfter, breakForMs, failuresInRow = 0, opensUntil }: LaneSettings,
  now: number,
): { readonly state: string; readonly text: string } | undefined {
  if (breaker === undefined || (breaker === 'closed' && breakerState !== 'open')) return undefined;
  if (breaker === 'open') return { state: 'open', text: $localize`Open by hand` };
  if (breakerState === 'halfOpen') return { state: 'halfOpen', text: $localize`Half-open: one attempt is tried` };
  if (breakerState === 'open') {
    const until = opensUntil ? Date.parse(opensUntil) : now + (breakForMs ?? 0);
    const text = until > now ? $localize`Open, tries in ${formatLeft(until, now)}:span:` : $localize`Open, about to try one`;
    return { state: 'open', text };
  }
  return { state: 'closed', text: $localize`Closed: ${failuresInRow}:failures: of ${breakAfter ?? 5}:limit: failures` };
}
