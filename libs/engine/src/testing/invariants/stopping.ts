import type { AuditEvent } from '../../model/audit-event.js';
import { siteAt } from '../../state/site.js';
import { type Findings, type Invariants, isOf, isShielded, isStepStart } from './invariant.js';
import { watchUndo } from './undo.js';

function begunAfterClosing(history: readonly AuditEvent[]): Findings {
  let isClosing = false;
  return history.filter((event) => {
    if (isOf(event, 'instanceRetried', 'instanceStartedAgain')) isClosing = false;
    const isWrong = isClosing && isStepStart(event) && !isShielded(event.path!);
    if (isOf(event, 'instanceClosing')) isClosing = true;
    return isWrong;
  });
}

export const ofStopping: Invariants = {
  'begins nothing after a cancel, a time-out or a completion was decided': ({ history }) => begunAfterClosing(history),

  'undoes exactly what was completed and can be undone, newest first': watchUndo,

  'lists for undoing only what was completed, and all of that': ({ history, plan }) =>
    history.filter((event) => {
      const isListed = 'undo' in event.data && event.data.undo !== undefined;
      if (isOf(event, 'stepCompleted')) {
        const isByRule = event.data.because === undefined;
        return isByRule && siteAt(plan, event.path!)!.step.undo !== undefined && !isListed;
      }
      return isListed && !(isOf(event, 'stepCancelled') && event.data.outcome === 'completed');
    }),
};
