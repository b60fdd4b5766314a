import type { Json } from '../../model/json.js';
import type { Site } from '../../state/site.js';
import { completeStep, failStep } from '../complete-step.js';
import type { Draft } from '../draft.js';
import { evaluate } from '../evaluation.js';
import { expressionFailure } from '../expression-failure.js';
import { answerOf } from './ask-answer.js';

/** A sleep is over. */
export function fireTimer(draft: Draft, site: Site): void {
  completeStep(draft, site, null);
}

/**
 * A wait has lasted too long: it ends with its `timeoutValue`, or fails. An event or answer that is told in time has already ended it,
 * because a message is decided before the clocks are looked at; the shell tells what has reached the inbox before it wakes an instance.
 * A child is told to stop, a lock's request is withdrawn: see `sends`.
 */
export function fireWaitTimeout(draft: Draft, site: Site): void {
  const { event, ask } = site.step;
  const { metBy, token } = draft.state.step(site.path);
  const template = event?.timeoutValue ?? ask?.timeoutValue;
  if (template === undefined) {
    const failure = { code: 'TIMED_OUT', message: `step "${site.path}" took longer than its timeout`, retryable: false };
    return failStep(draft, site, failure, token === undefined ? {} : { token, abort: 'timeout' });
  }
  let value: Json;
  try {
    value = evaluate(draft, template, { site, ...(metBy && { metBy }) });
  } catch (error) {
    return failStep(draft, site, expressionFailure(error));
  }
  completeStep(draft, site, ask ? answerOf({ value }, draft.nowMs) : value, { because: 'timeout' });
}
