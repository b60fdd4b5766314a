import { decideSlots, type SlotDecision } from '#libs/engine';
import type { DueSchedule, NewRun, RunHow, SettledSchedule } from '#libs/persistence';
import type { WantedVersions } from '../definitions/wanted-versions.js';
import type { CompiledSchedules } from './compiled-schedules.js';
import { failedRun, runOf, type Scheduled } from './slot-starts.js';

/** How soon a schedule that does not compile any more is tried again. */
const brokenRestMs = 3_600_000;

/** What becomes of a schedule that is due: its slots are decided, and what they start is prepared. */
export async function settleSchedule(
  due: DueSchedule,
  compiled: CompiledSchedules,
  versions: WantedVersions,
): Promise<SettledSchedule> {
  const { trigger, nowMs, running, queued } = due;
  const found = compiled.of(trigger);
  if ('problem' in found) return broken(due, found.problem.message);
  const { schedule, timetable } = found;
  const facts = { position: trigger.position, nowMs, isRunning: running.length > 0, queued: queued[0] };
  const { decisions, position, nextAt } = decideSlots(schedule, timetable, facts, Math.random);
  const scheduled: Scheduled = { row: trigger, schedule, nowMs, how: 'schedule' };
  const runs: NewRun[] = [];
  for (const decision of decisions)
    runs.push(decision.type === 'start' ? await runOf(scheduled, decision, versions) : unstarted(decision));
  const cancels = decisions.some((one) => one.type === 'start' && one.cancelsOld) ? running : [];
  return { trigger, runs, cancels, position, nextAt: nextAt ?? null };
}

/** The slots go on: nothing of what was written down is wrong, but one cannot be stored. */
export function broken({ trigger, nowMs }: DueSchedule, reason: string): SettledSchedule {
  return { trigger, runs: [failedRun(nowMs, 'schedule', reason)], cancels: [], position: nowMs, nextAt: nowMs + brokenRestMs };
}

export function unstarted(decision: Exclude<SlotDecision, { type: 'start' }>, how: RunHow = 'schedule'): NewRun {
  const { slot } = decision;
  const common = { slot, how, count: 1 } as const;
  if (decision.type === 'queue')
    return { ...common, lane: 'slot', outcome: 'queued', reason: 'starts when the one before has ended' };
  if (decision.type === 'skip') return { ...common, lane: 'slot', outcome: 'skipped', reason: decision.reason };
  const words = `until ${new Date(decision.until).toISOString()}, longer ago than \`catchUp\` says`;
  return {
    ...common,
    ...{ lane: 'missed', outcome: 'missed', count: decision.count },
    reason: decision.isMore ? `at least ${decision.count}, ${words}` : words,
  };
}
