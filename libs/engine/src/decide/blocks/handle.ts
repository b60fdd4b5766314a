import type { Failure, InstanceError } from '../../model/failure.js';
import type { Json } from '../../model/json.js';
import type { CatchPlan } from '../../model/plan.js';
import type { Site } from '../../state/site.js';
import type { Draft } from '../draft.js';
import { evaluate } from '../evaluation.js';
import { expressionFailure } from '../expression-failure.js';
import { isTrue } from '../values.js';
import { closeBlock } from '../cancel-step.js';
import { beginBodyUndo, bodyUndoFailure } from '../undo/undo-block.js';
import { endBlock } from './end-block.js';

/** The body of a try has failed and is quiet: the first handler that fits takes over; `finally` follows in any case. */
export function chooseHandler(draft: Draft, site: Site): void {
  const { path, step } = site;
  const result = draft.state.scope(`${path}/body`).result!;
  const error = result.status === 'failed' ? result.error : { code: 'CANCELLED', message: 'the body was cancelled' };
  const handler = handlerFor(draft, site, error);
  if (handler !== undefined && 'failure' in handler) return closeBlock(draft, site, { as: 'failed', failure: handler.failure });
  if (handler !== undefined) return hand(draft, site, handler, error);
  if (step.try!.finally !== undefined) return draft.emit('scopesOpened', { keys: ['finally'], error }, path);
  endBlock(draft, site);
}

/** One whose `when` cannot be evaluated fails the try; `finally` follows all the same. */
function handlerFor(draft: Draft, site: Site, error: InstanceError): CatchPlan | { readonly failure: Failure } | undefined {
  try {
    return site.step.try!.catches.find((candidate) => fits(draft, site, candidate, error));
  } catch (fault) {
    return { failure: expressionFailure(fault) };
  }
}

/** What the body completed is undone before, if the handler asks for it; when that fails the handler has nothing to stand on. */
function hand(draft: Draft, site: Site, handler: CatchPlan, error: InstanceError): void {
  const { path } = site;
  if (handler.compensate && beginBodyUndo(draft, site)) return;
  const failure = bodyUndoFailure(draft, site);
  if (failure === undefined) return draft.emit('scopesOpened', { keys: [handler.scope.key], error }, path);
  closeBlock(draft, site, { as: 'failed', failure });
}

function fits(draft: Draft, site: Site, { codes, when, as }: CatchPlan, error: InstanceError): boolean {
  if (codes !== undefined && !codes.includes(error.code)) return false;
  if (when === undefined) return true;
  const seen = { ...error } as Json;
  return isTrue(evaluate(draft, when, { site, error: seen, ...(as !== undefined && { names: { [as]: seen } }) }));
}
