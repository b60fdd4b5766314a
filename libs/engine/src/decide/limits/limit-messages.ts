import type { Message, RejectionReason } from '../../model/message.js';
import { limitInWords } from '../../effects/limit-words.js';
import type { Draft } from '../draft.js';

type Answer = Extract<Message, { type: 'limitGranted' | 'limitRefused' }>;

/** A grant that crosses the end of the instance is refused here and was given back with that end. */
export function decideLimitAnswer(draft: Draft, message: Answer): RejectionReason | undefined {
  const { state } = draft;
  if (state.asked === undefined) return 'notOpen';
  if (state.asked.token !== message.token) return 'staleAttempt';
  const { kind, key, limit } = state.asked;
  if (message.type === 'limitGranted') draft.emit('limitGranted', { kind, fence: message.fence });
  else {
    const words = `${limit === 1 ? '1 instance runs' : `${limit} instances run`} already, and ${limitInWords(key)} allows no more`;
    draft.emit('instanceClosing', { as: 'failed', error: { code: 'LIMIT_REJECTED', message: words } });
  }
  return undefined;
}
