import type { Message, RejectionReason } from '../../model/message.js';
import type { Plan } from '../../model/plan.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { WaitState } from '../../state/wait-state.js';
import { type Site, siteAt } from '../../state/site.js';
import { everyStep } from '../../state/every-step.js';
import { completeStep } from '../complete-step.js';
import type { Draft } from '../draft.js';
import { answerOf, checkAnswer } from './ask-answer.js';

type To<T extends Message['type']> = Extract<Message, { type: T }>;
interface OpenAsk {
  readonly site: Site;
  readonly wait: Extract<WaitState, { kind: 'ask' }>;
}

export function decideAnswer(draft: Draft, message: To<'answerAsk'>): RejectionReason | undefined {
  const open = openAsk(draft, message.name);
  if (typeof open === 'string') return open;
  const { by, reason } = message;
  if (checkAnswer(open.site.step.ask!, open.wait.ask.choices ?? [], message).length > 0) return 'invalidAnswer';
  completeStep(draft, open.site, answerOf(message, draft.nowMs, by), { by, reason });
  return undefined;
}

/** Whoever claims it first has it, until it is passed on; a repeat does no harm. */
export function decideAskClaim(draft: Draft, { name, by }: To<'claimAsk'>): RejectionReason | undefined {
  const open = openAsk(draft, name);
  if (typeof open === 'string') return open;
  if (by === undefined) return 'notPossible';
  if (open.wait.claimedBy === undefined) draft.emit('askClaimed', { by }, open.site.path);
  else if (open.wait.claimedBy !== by) return 'alreadyClaimed';
  return undefined;
}

export function decideReassign(draft: Draft, { name, assignees, by, reason }: To<'reassignAsk'>): RejectionReason | undefined {
  const open = openAsk(draft, name);
  if (typeof open === 'string') return open;
  draft.emit('askReassigned', { assignees: [...assignees], by, reason }, open.site.path);
  return undefined;
}

/** Of several with that name the oldest; a path names one exactly. */
function openAsk({ plan, state }: Draft, name: string): OpenAsk | RejectionReason {
  for (const path of [firstOf(state, name), name]) {
    const { wait } = path === undefined ? {} : state.step(path);
    if (path !== undefined && wait?.kind === 'ask') return { site: siteAt(plan, path)!, wait };
  }
  return mayHaveBeenAsked(plan, name) ? 'notOpen' : 'unknownAsk';
}

function firstOf(state: InstanceState, name: string): string | undefined {
  for (const path of state.asks.under(name)) return path;
  return undefined;
}

/** Answered already, or not asked yet; of a computed name nobody can say that it is wrong. */
function mayHaveBeenAsked(plan: Plan, name: string): boolean {
  if (siteAt(plan, name)?.step.type === 'ask') return true;
  for (const { id, ask } of everyStep(plan.scope)) {
    if (ask !== undefined && (ask.name === undefined ? id === name : !ask.name.isLiteral || ask.name.source === name))
      return true;
  }
  return false;
}
