import { endsOk } from '../apply/end-step.js';
import { isStepEnded } from '../model/lifecycle.js';
import type { AuditEvent } from '../model/audit-event.js';
import type { Plan, PlanStep } from '../model/plan.js';
import type { InstanceState } from '../state/instance-state.js';
import { joinVerdict } from '../state/join.js';
import { childPath, type Site, siteAt, UNDO_ID } from '../state/site.js';
import { isUndoPath } from '../state/undo-run.js';
import { isOf, isStepEnd, isStepStart, type LogRule, Once, type Watch } from './log-rule.js';

/** Numbers the join is decided by, counted anew from what its needs are. */
function countNeeds(state: InstanceState, { step, scope, scopePath }: Site): { needsOk: number; needsEnded: number } {
  const needs = step.needs.map((index) => scope.steps[index]!);
  const statusOf = (need: PlanStep) => state.step(childPath(scopePath, need.id)).status;
  return {
    needsOk: needs.filter((need) => endsOk(statusOf(need), need)).length,
    needsEnded: needs.filter((need) => isStepEnded(statusOf(need))).length,
  };
}

/** Watches facts that may be there once a generation. What a try could not undo the instance tries again. */
function onceAGeneration(nameOf: (event: AuditEvent) => string | undefined, report: Parameters<LogRule['watch']>[1]): Watch {
  const once = new Once<string>();
  let generation = 1;
  return {
    before(event) {
      if (event.generation !== generation) once.clear();
      generation = event.generation;
      if (event.path === undefined || isUndoPath(event.path)) return;
      const name = nameOf(event);
      if (name === undefined) return;
      report.seen();
      if (!once.add(name)) report.wrong(event, `${event.path} for the second time`);
    },
  };
}

/** A child that goes on after a retry ends once more; a worker's attempt never does. */
function attemptOf(plan: Plan, { data, path, generation }: AuditEvent): string | number | undefined {
  const { token } = data as { token?: number };
  if (token === undefined) return undefined;
  return siteAt(plan, path!)?.step.type === 'workflow' ? `${token} in ${generation}` : token;
}

export const rulesOfSteps: readonly LogRule[] = [
  {
    invariant: 'I3',
    says: 'applies at most one result of each attempt',
    watch(plan, report) {
      const once = new Once<string | number>();
      const before = (event: AuditEvent): void => {
        if (!isStepEnd(event) && event.type !== 'stepRetryScheduled') return;
        const attempt = attemptOf(plan, event);
        if (attempt === undefined) return;
        report.seen();
        if (!once.add(attempt)) report.wrong(event, `a second result of the attempt of ${event.path} with token ${attempt}`);
      };
      return { before };
    },
  },
  {
    invariant: 'I3',
    says: 'ends each step at most once a generation',
    watch: (_plan, report) => onceAGeneration((event) => (isStepEnd(event) ? event.path : undefined), report),
  },
  {
    invariant: 'I9',
    says: 'begins each step at most once a generation, each attempt at most once',
    watch: (_plan, report) =>
      onceAGeneration((event) => (isStepStart(event) ? `${event.path}#${event.attempt ?? ''}` : undefined), report),
  },
  {
    invariant: 'I9',
    says: 'begins no step before its join allows it',
    watch(plan, report) {
      const before = (event: AuditEvent, state: InstanceState): void => {
        if (event.path === undefined || !(isStepStart(event) || isOf(event, 'stepCompleted', 'stepFailed'))) return;
        const own = state.step(event.path);
        if (own.status !== 'pending' || own.block !== undefined) return; // a lock asks for its key anew
        const site = siteAt(plan, event.path);
        if (site === undefined || site.step.id === UNDO_ID) return;
        if (isOf(event, 'stepCompleted') && event.data.by !== undefined) return;
        report.seen();
        const { needsOk, needsEnded } = countNeeds(state, site);
        if (joinVerdict(site.step, { needsOk, needsEnded }) !== 'run')
          report.wrong(
            event,
            `${event.path} begins with ${needsEnded} of ${site.step.needs.length} needs ended, ${needsOk} of them well`,
          );
      };
      return { before };
    },
  },
];
