import type { AuditEventData, UndoPlan } from '../model/audit-event.js';
import type { Failure } from '../model/failure.js';
import type { Json } from '../model/json.js';
import type { Site } from '../state/site.js';
import type { Draft } from './draft.js';
import { evaluate } from './evaluation.js';
import { expressionFailure } from './expression-failure.js';
import { textOf, wholeNumber } from './values.js';

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
  draft.emit('stepCompleted', { ...facts, output, undo: undoPlanOf(draft, site, output) }, site.path, attemptOf(draft, site));
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

/** What must be known to undo a completed step, whatever becomes of the state it was completed in; undefined: nothing undoes it. */
export function undoPlanOf(draft: Draft, site: Site, output: Json): UndoPlan | undefined {
  const { undo } = site.step;
  if (undo === undefined) return childUndo(draft, site);
  const at = { site, output };
  const { plan, state } = draft;
  try {
    return {
      task: textOf(evaluate(draft, undo.task!, at), 'compensate.task'),
      queue: undo.queue ? textOf(evaluate(draft, undo.queue, at), 'compensate.queue') : (state.queue ?? plan.queue),
      priority: undo.priority
        ? wholeNumber(evaluate(draft, undo.priority, at), 'compensate.priority')
        : (state.priority ?? plan.priority),
      input: undo.input ? evaluate(draft, undo.input, at) : output,
    };
  } catch (error) {
    return { failure: expressionFailure(error) };
  }
}

/** A child that was waited for undoes itself; one that was only joined, or left to itself, is somebody else's. */
function childUndo(draft: Draft, { step, path }: Site): UndoPlan | undefined {
  const { wait } = draft.state.step(path);
  if (step.type !== 'workflow' || step.workflow!.detached || wait?.kind !== 'child' || wait.attached) return undefined;
  return { childId: wait.childId };
}
