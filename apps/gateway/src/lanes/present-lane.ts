import type { QueueSettings, TaskSettings } from '#libs/contracts';
import type { LaneRow } from '#libs/persistence';
import { toIsoOrNull } from '../http/times.js';

export function toQueueSettings({ name, concurrency, rate, priority, paused, note, by, changedAt }: LaneRow): QueueSettings {
  return { queue: name, concurrency, rate, priority, paused, note, by, changedAt: changedAtOf(changedAt) };
}

export function toTaskSettings(row: LaneRow): TaskSettings {
  const { name, concurrency, rate, paused, breaker, state, breakAfter, breakForMs, note, by, changedAt } = row;
  const isOpen = breaker === 'auto' && state.state === 'open';
  return {
    task: name,
    concurrency,
    rate,
    paused,
    breaker,
    breakerState: breaker === 'auto' ? state.state : breaker,
    breakAfter,
    breakForMs,
    failuresInRow: state.failuresInRow,
    opensUntil: toIsoOrNull(isOpen ? state.opensUntil : null),
    note,
    by,
    changedAt: changedAtOf(changedAt),
  };
}

/** 0: nothing was ever set. */
const changedAtOf = (changedAt: number): string | null => toIsoOrNull(changedAt === 0 ? null : changedAt);
