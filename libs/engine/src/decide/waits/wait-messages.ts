import type { Message, RejectionReason } from '../../model/message.js';
import { type Site, siteAt } from '../../state/site.js';
import { completeStep, failStep } from '../complete-step.js';
import type { Draft } from '../draft.js';
import { decideAnswer, decideAskClaim, decideReassign } from './ask-messages.js';
import { decideEvent } from './event-messages.js';

type WaitMessage = Extract<Message, { type: 'event' | 'answerAsk' | 'claimAsk' | 'reassignAsk' | 'emitted' | 'emitFailed' }>;

/** What reaches the waits of an instance from outside. */
export function decideWaitMessage(draft: Draft, message: WaitMessage): RejectionReason | undefined {
  switch (message.type) {
    case 'event':
      return decideEvent(draft, message);
    case 'answerAsk':
      return decideAnswer(draft, message);
    case 'claimAsk':
      return decideAskClaim(draft, message);
    case 'reassignAsk':
      return decideReassign(draft, message);
    case 'emitted':
    case 'emitFailed':
      return decideEmitted(draft, message);
  }
}

function decideEmitted(draft: Draft, message: Extract<Message, { type: 'emitted' | 'emitFailed' }>): RejectionReason | undefined {
  const { path, token } = message;
  const site: Site | undefined = siteAt(draft.plan, path);
  if (site === undefined) return 'unknownStep';
  const own = draft.state.step(path);
  if (own.wait?.kind !== 'emit') return 'notOpen';
  if (own.token !== token) return 'staleAttempt';
  if (message.type === 'emitted') completeStep(draft, site, message.output, { token });
  else failStep(draft, site, message.failure, { token });
  return undefined;
}
