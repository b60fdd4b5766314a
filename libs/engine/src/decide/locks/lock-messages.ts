import type { Message, RejectionReason } from '../../model/message.js';
import { siteAt } from '../../state/site.js';
import type { Draft } from '../draft.js';

/** Its turn has come. A grant that crosses the end of the step is refused here and was given back with that end. */
export function decideLockGranted(
  draft: Draft,
  { path, token, fence }: Extract<Message, { type: 'lockGranted' }>,
): RejectionReason | undefined {
  if (siteAt(draft.plan, path)?.step.type !== 'lock') return 'unknownStep';
  const own = draft.state.step(path);
  if (own.status !== 'waiting') return 'notOpen';
  if (own.token !== token) return 'staleAttempt';
  draft.emit('lockGranted', { fence }, path);
  return undefined;
}
