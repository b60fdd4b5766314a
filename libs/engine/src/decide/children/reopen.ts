import type { Message, RejectionReason } from '../../model/message.js';
import { siteAt } from '../../state/site.js';
import { gatesAgain } from '../limits/ask-limit.js';
import { timeoutAgain } from '../start-instance.js';
import type { Draft } from '../draft.js';

/**
 * The child had failed, and an operator's retry lets it go on. A parent that failed with it opens a new generation in which it waits for
 * the same child; one that was about to ask for another child waits for this one instead. A parent that went on without the child stays
 * as it is.
 */
export function decideChildReopened(
  draft: Draft,
  { path, id }: Extract<Message, { type: 'childReopened' }>,
): RejectionReason | undefined {
  const { state } = draft;
  if (siteAt(draft.plan, path)?.step.type !== 'workflow') return 'unknownStep';
  const { status, wait } = state.step(path);
  if (wait?.kind !== 'child' || id !== (wait.startedId ?? wait.childId)) return 'staleAttempt';
  const hasFailed = state.status === 'failed' || state.status === 'timed_out';
  if (status !== 'failed' || !hasFailed) return 'notPossible';
  draft.emit('instanceRetried', {
    path,
    parentReopened: true,
    reason: `child ${id} goes on`,
    timeoutAt: timeoutAgain(draft),
    gates: gatesAgain(draft),
  });
  return undefined;
}
