import type { AuditEvent } from '../model/audit-event.js';
import type { InstanceState } from '../state/instance-state.js';
import { isOf, isStepEnd, isStepStart, type LogRule } from './log-rule.js';

const ms = (value: number): string => new Date(value).toISOString();

export const rulesOfClocks: readonly LogRule[] = [
  {
    invariant: 'I14',
    says: 'fires no clock before its time',
    watch(_plan, report) {
      const dueAt = new Map<string, number>();
      const before = (event: AuditEvent): void => {
        const { path = '', at } = event;
        if (isOf(event, 'timerStarted', 'stepRetryScheduled', 'roundDelayed', 'stepRetried'))
          return void dueAt.set(path, event.data.dueAt);
        const due = dueAt.get(path);
        if (due === undefined) return;
        const isByItself = isOf(event, 'stepCompleted') && event.data.by === undefined;
        if (isByItself || isOf(event, 'stepScheduled', 'childRequested', 'scopesOpened')) {
          report.seen();
          if (at < due) report.wrong(event, `${path} at ${ms(at)}, due at ${ms(due)}`);
        }
        if (isStepEnd(event) || isStepStart(event) || isOf(event, 'scopesOpened')) dueAt.delete(path);
      };
      return { before };
    },
  },
  {
    invariant: 'I14',
    says: 'ends nothing by a time-out before its time',
    watch(_plan, report) {
      const before = (event: AuditEvent, state: InstanceState): void => {
        const due = timeoutOf(event, state);
        if (due === undefined) return;
        report.seen();
        if (event.at < due) report.wrong(event, `a time-out at ${ms(event.at)}, due at ${ms(due)}`);
      };
      return { before };
    },
  },
];

/** The time-out by which something ends. */
function timeoutOf(event: AuditEvent, state: InstanceState): number | undefined {
  if (isOf(event, 'instanceOverdue') || (isOf(event, 'instanceClosing') && event.data.as === 'timed_out')) return state.timeoutAt;
  if (isOf(event, 'stepCompleted') && event.data.because === 'timeout') return state.step(event.path!).timeoutAt;
  return undefined;
}
