import cronstrue from 'cronstrue';
import type { Trigger } from '#libs/contracts';
import { Timetable } from '#libs/engine';
import type { TriggerRow } from '#libs/persistence';
import { toIso, toIsoOrNull } from '../http/times.js';

/** @param nowMs a schedule is never next due before it */
export function presentTrigger(row: TriggerRow, nowMs: number): Trigger {
  const { name, kind, definition, source, spec, secrets, status, note, changedBy, failuresInRow, lastOutcome, lastInstance } =
    row;
  return {
    ...{ name, kind, definition, source, spec, status, note, failuresInRow, lastOutcome, lastInstance },
    hasSecret: secrets === null || secrets.length > 0,
    by: changedBy,
    lastRunAt: toIsoOrNull(row.lastRunAt),
    nextAt: toIsoOrNull(nextAt(row, nowMs)),
    text: kind === 'schedule' ? scheduleWords(String(spec['cron']), zoneOf(spec)) : null,
    createdAt: toIso(row.createdAt),
    changedAt: toIso(row.changedAt),
  };
}

export const zoneOf = (spec: TriggerRow['spec']): string => String(spec['timezone'] ?? 'UTC');

function nextAt({ kind, status, spec, position }: TriggerRow, nowMs: number): number | undefined {
  if (kind !== 'schedule' || status !== 'active') return undefined;
  try {
    return new Timetable(String(spec['cron']), zoneOf(spec)).next(Math.max(position, nowMs));
  } catch {
    return undefined; // somebody else has written over it: its next look disables it, and the list shows the others
  }
}

/** `At 09:00, Monday through Friday (Europe/Madrid)`. */
export function scheduleWords(cron: string, timezone: string): string {
  return `${cronstrue.toString(cron, { use24HourTimeFormat: true, throwExceptionOnParseError: false })} (${timezone})`;
}
