import { QUEUE_SHAPE } from '../../compile/vocabulary.js';
import type { UndoPlan } from '../../model/audit-event.js';
import type { Json } from '../../model/json.js';
import type { Duration } from '../../model/plan.js';
import type { Site } from '../../state/site.js';
import type { Draft } from '../draft.js';
import { evaluate, evaluateDuration } from '../evaluation.js';
import { expressionFailure } from '../expression-failure.js';
import { taskOf } from '../task-of.js';
import { nameOf, priorityOf, usualPriority } from '../values.js';

/** What must be known to undo a completed step, whatever becomes of the state it was completed in; undefined: nothing undoes it. */
export function undoPlanOf(draft: Draft, site: Site, output: Json): UndoPlan | undefined {
  const { undo } = site.step;
  if (undo === undefined) return undefined;
  const at = { site, output };
  const { plan, state } = draft;
  const ms = (duration: Duration | undefined): number | undefined =>
    duration === undefined ? undefined : evaluateDuration(draft, duration, at);
  try {
    const computed = {
      timeoutMs: typeof undo.timeout === 'number' ? undefined : ms(undo.timeout),
      heartbeatMs: typeof undo.heartbeat === 'number' ? undefined : ms(undo.heartbeat),
      queueTimeoutMs: ms(undo.queueTimeout),
      totalTimeoutMs: ms(undo.totalTimeout),
    };
    const given = Object.fromEntries(Object.entries(computed).filter(([, value]) => value !== undefined));
    const queue = undo.queue ? nameOf(evaluate(draft, undo.queue, at), 'queue', QUEUE_SHAPE) : (state.queue ?? plan.queue);
    return {
      task: taskOf(draft, undo.task!, at),
      queue,
      priority: undo.priority ? priorityOf(evaluate(draft, undo.priority, at)) : usualPriority(draft, queue),
      input: undo.input ? evaluate(draft, undo.input, at) : output,
      ...given,
    };
  } catch (error) {
    return { failure: expressionFailure(error) };
  }
}

/** Of a step that completed after all while it was being cancelled. */
export function lateUndoPlanOf(draft: Draft, site: Site, result: Json): UndoPlan | undefined {
  const { undo, output } = site.step;
  if (undo === undefined) return undefined;
  try {
    return undoPlanOf(draft, site, output ? evaluate(draft, output, { site, output: result }) : result);
  } catch (error) {
    return { failure: expressionFailure(error) };
  }
}
