import type { AuditEventData } from '../model/audit-event.js';
import type { Draft } from './draft.js';
import { beginUndo } from './undo/undo-instance.js';
import { openingFacts } from './start-instance.js';
import { noteUnused } from './waits/event-messages.js';

/**
 * Everything is quiet: the instance ends as it must, or goes on with a new generation.
 * @returns true when it goes on
 */
export function conclude(draft: Draft, closing: AuditEventData['instanceClosing']): boolean {
  if (beginUndo(draft, closing)) return true;
  const { as, output = null, error, reason, by, input = null } = closing;
  if (as !== 'again') noteUnused(draft);
  switch (as) {
    case 'completed':
      draft.emit('instanceCompleted', { output });
      return false;
    case 'failed':
      draft.emit('instanceFailed', { error: error! });
      return false;
    case 'timed_out':
      draft.emit('instanceTimedOut', { error: error! });
      return false;
    case 'cancelled':
      draft.emit('instanceCancelled', { reason, by });
      return false;
    case 'again':
      draft.hasStopped = false;
      draft.emit('instanceStartedAgain', { input, ...openingFacts(draft, input) });
      return true;
  }
}
