import type { AuditEventData } from '../model/audit-event.js';
import type { Failure } from '../model/failure.js';
import type { Json } from '../model/json.js';
import type { Site } from '../state/site.js';
import type { Draft } from './draft.js';
import { evaluate } from './evaluation.js';
import { expressionFailure } from './expression-failure.js';
import { undoPlanOf } from './undo/undo-plan.js';

type Completed = Omit<AuditEventData['stepCompleted'], 'output'>;
type Failed = Omit<AuditEventData['stepFailed'], 'failure'>;

/**
 * A step ends well with `result`, reshaped by its `output`; how it can be undone is decided now. A failing expression makes it fail instead.
 */
export function completeStep(draft: Draft, site: Site, result: Json, facts: Completed = {}): void {
  let output: Json;
  try {
    output = reshape(draft, site, result, facts.needs);
  } catch (error) {
    const { token, worker, startedAt, needs, counts } = facts;
    return failStep(draft, site, expressionFailure(error), { token, worker, startedAt, needs, counts });
  }
  const undo = facts.undo ?? undoPlanOf(draft, site, output);
  draft.emit('stepCompleted', { ...facts, output, undo }, site.path, attemptOf(draft, site));
}

export function failStep(draft: Draft, site: Site, failure: Failure, facts: Failed = {}): void {
  draft.emit('stepFailed', { ...facts, failure }, site.path, attemptOf(draft, site));
}

/** Number of the open attempt; none for what is not tried again. */
export const attemptOf = (draft: Draft, { path }: Site): number | undefined => draft.state.step(path).attempt || undefined;

/** @throws ExpressionError */
function reshape(draft: Draft, site: Site, output: Json, metBy: readonly string[] | undefined): Json {
  return site.step.output ? evaluate(draft, site.step.output, { site, output, ...(metBy && { metBy }) }) : output;
}
