import type { AuditEvent } from '../model/audit-event.js';
import type { Plan } from '../model/plan.js';
import type { InstanceState } from '../state/instance-state.js';
import { siteAt } from '../state/site.js';
import { isUndoPath, undonePathOf } from '../state/undo-run.js';
import { isOf, type LogRule, type Report, type Watch } from './log-rule.js';

/** What can be undone, by the seq of its completion, as the log tells it. */
class UndoList {
  private readonly entries = new Map<string, number>();

  take(event: AuditEvent, state: InstanceState): void {
    const { path, seq } = event;
    if (isOf(event, 'instanceStartedAgain')) this.entries.clear();
    if (isOf(event, 'instanceStarted'))
      event.data.restartOf?.undo?.forEach((one, index) => this.entries.set(one.path, index - 1_000_000));
    if (isOf(event, 'stepCompleted', 'stepCancelled') && event.data.undo !== undefined) this.entries.set(path!, seq);
    if (isOf(event, 'stepCompleted') && isUndoPath(path!)) this.entries.delete(undonePathOf(path!));
    if (isOf(event, 'childCompensated') && event.data.failures === undefined) this.entries.delete(path!);
    if (!isOf(event, 'instanceRetried')) return;
    // a `finally` that runs once more forgets what it did before
    for (const one of [...this.entries.keys()])
      if (one.includes('/finally/') && state.undo.get(one) === undefined) this.entries.delete(one);
  }

  get size(): number {
    return this.entries.size;
  }

  get newestFirst(): string[] {
    return [...this.entries].sort(([, a], [, b]) => b - a).map(([path]) => path);
  }
}

/** Would this end undo what was done? */
function wantsUndo({ compensation: { on } }: Plan, type: AuditEvent['type'], compensate: boolean | undefined): boolean {
  if (type === 'instanceFailed') return on.has('failure');
  if (type === 'instanceTimedOut') return on.has('timeout');
  return type === 'instanceCancelled' && (compensate ?? on.has('cancel'));
}

const isUndoEnd = (event: AuditEvent): boolean =>
  isOf(event, 'childCompensated') || (isOf(event, 'stepCompleted', 'stepFailed') && isUndoPath(event.path!));

/** It begins now, for the first time: an attempt is no beginning, and one that cannot be begun at all fails at once. */
function isUndoBegin(event: AuditEvent, state: InstanceState): boolean {
  if (isOf(event, 'childCompensating')) return true;
  const { path } = event;
  if (path === undefined || !isUndoPath(path)) return false;
  return isOf(event, 'stepScheduled', 'stepFailed') && !state.open.get(path);
}

/** LANGUAGE §5: all that was completed, in reverse order, one after the other unless it says so; and a list of what failed. */
function watchUndo(plan: Plan, report: Report): Watch {
  const list = new UndoList();
  let left: string[] = [];
  let failed = 0;
  let open = 0;
  const expect = (isSo: boolean, event: AuditEvent, what: string): void => void (isSo || report.wrong(event, what));
  const duringUndo = (event: AuditEvent, state: InstanceState): void => {
    if (isUndoBegin(event, state)) {
      const path = isUndoPath(event.path!) ? undonePathOf(event.path!) : event.path!;
      const next = left.shift();
      expect(path === next, event, `${path} is undone, expected ${next ?? 'nothing more'}`);
      expect(open === 0 || state.undone!.order === 'parallel', event, `${path} is undone while another is`);
      open += 1;
    }
    if (!isUndoEnd(event)) return;
    open -= 1;
    if (isOf(event, 'stepFailed') || (isOf(event, 'childCompensated') && event.data.failures !== undefined)) failed += 1;
  };
  const before = (event: AuditEvent, state: InstanceState): void => {
    if (isOf(event, 'instanceCompensating')) {
      report.seen();
      const newest = list.newestFirst.join(' ');
      expect(event.data.paths.join(' ') === newest, event, `undoes ${event.data.paths.join(' ')}, completed were ${newest}`);
      left = [...event.data.paths];
      failed = open = 0;
    }
    if (state.undone !== undefined) duringUndo(event, state);
    if (isOf(event, 'instanceCompensated'))
      expect(left.length + failed + list.size === 0, event, `${left.length + failed + list.size} steps are not undone`);
    if (isOf(event, 'instanceCompensationFailed'))
      expect(event.data.failures.length === failed, event, `${failed} failed, listed are ${event.data.failures.length}`);
    if (list.size > 0 && wantsUndo(plan, event.type, state.closing?.compensate))
      report.wrong(event, `${event.type}, but ${list.newestFirst.join(' ')} is not undone`);
  };
  return { before, after: (event, state) => list.take(event, state) };
}

export const rulesOfUndoing: readonly LogRule[] = [
  { invariant: 'I13', says: 'undoes exactly what was completed and can be undone, newest first', watch: watchUndo },
  {
    invariant: 'I13',
    says: 'lists for undoing only what was completed, and all of that',
    watch(plan, report) {
      const before = (event: AuditEvent): void => {
        const isListed = 'undo' in event.data && event.data.undo !== undefined;
        if (isListed) report.seen();
        if (isOf(event, 'stepCompleted')) {
          const isByRule = event.data.because === undefined;
          if (!isListed && isByRule && siteAt(plan, event.path!)!.step.undo !== undefined)
            report.wrong(event, `${event.path} has completed, but how it is undone is not recorded`);
        } else if (isListed && !(isOf(event, 'stepCancelled') && event.data.outcome === 'completed'))
          report.wrong(event, `${event.path} has not completed, but is listed to be undone`);
      };
      return { before };
    },
  },
];
