import { decideBackfill } from '#libs/engine';
import type { DueBackfill, NewRun, SettledBackfill } from '#libs/persistence';
import type { WantedVersions } from '../definitions/wanted-versions.js';
import type { CompiledSchedules } from './compiled-schedules.js';
import { unstarted } from './settle-schedule.js';
import { runOf } from './slot-starts.js';

/** The next slots of a backfill; it ends when its trigger is no schedule any more. */
export async function settleBackfill(
  due: DueBackfill,
  compiled: CompiledSchedules,
  versions: WantedVersions,
): Promise<SettledBackfill> {
  const { trigger, nowMs } = due;
  const found = compiled.of(trigger);
  if ('problem' in found) return { runs: [], cancelsLast: false, position: due.position, nextAt: null };
  const { schedule, timetable } = found;
  const { decisions, position, nextAt } = decideBackfill(timetable, due);
  const runs: NewRun[] = [];
  for (const one of decisions) {
    const scheduled = { row: trigger, schedule, nowMs, how: 'backfill' } as const;
    runs.push(one.type === 'start' ? await runOf(scheduled, one, versions) : unstarted(one, 'backfill'));
  }
  return { runs, cancelsLast: decisions.some((one) => one.type === 'start' && one.cancelsOld), position, nextAt: nextAt ?? null };
}
