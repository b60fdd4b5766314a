import type { Message, RejectionReason } from '../../model/message.js';
import type { Draft } from '../draft.js';
import { retryInstance, retryStep } from './retry.js';
import { cancelOneStep, completeByHand, skipStep } from './step-acts.js';

type Act = Extract<Message, { type: 'pause' | 'resume' | 'retry' | 'retryStep' | 'skipStep' | 'completeStep' | 'cancelStep' }>;

/** What people do to an instance, or to one step of it. Who did it, and why, is part of each event. */
export function decideAct(draft: Draft, message: Act): RejectionReason | undefined {
  switch (message.type) {
    case 'pause':
      return pause(draft, message);
    case 'resume':
      return resume(draft, message);
    case 'retry':
      return retryInstance(draft, message);
    case 'retryStep':
      return retryStep(draft, message);
    case 'skipStep':
      return skipStep(draft, message);
    case 'completeStep':
      return completeByHand(draft, message);
    case 'cancelStep':
      return cancelOneStep(draft, message);
  }
}

/** Nothing starts any more and relative clocks stand still; what runs goes on, and its results are recorded. */
function pause(draft: Draft, { by, reason, withDefinition }: Extract<Act, { type: 'pause' }>): RejectionReason | undefined {
  const { status } = draft.state;
  if (status !== 'running' && status !== 'waiting') return 'notPossible'; // paused already, or being stopped or undone
  draft.emit('instancePaused', { by, reason, withDefinition });
  return undefined;
}

function resume(draft: Draft, { by, reason, withDefinition }: Extract<Act, { type: 'resume' }>): RejectionReason | undefined {
  const { pausedAt, isPausedWithDefinition } = draft.state;
  if (pausedAt === undefined) return 'notPaused';
  if (withDefinition === true && !isPausedWithDefinition) return 'notPossible'; // somebody had paused it by itself
  draft.emit('instanceResumed', { by, reason, pausedMs: Math.max(0, draft.nowMs - pausedAt) });
  return undefined;
}
