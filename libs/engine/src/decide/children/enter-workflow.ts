import { QUEUE_SHAPE } from '../../compile/vocabulary.js';
import { MAX_RESULT_BYTES } from '../../expressions/bounds.js';
import type { Json } from '../../model/json.js';
import { ctxOf } from '../../state/ctx.js';
import type { AuditEventData } from '../../model/audit-event.js';
import type { Site } from '../../state/site.js';
import { failStep } from '../complete-step.js';
import type { Draft } from '../draft.js';
import { evaluate, evaluateDuration } from '../evaluation.js';
import { keyOf, nameOf, priorityOf, textOf } from '../values.js';

/** Ancestors an instance may have. */
export const maxDepth = 100;

type Request = Omit<AuditEventData['childRequested'], 'childId' | 'depth' | 'onParentClose' | 'detached' | 'timeoutAt'>;

/** A `workflow` step begins: the child's id is decided and recorded here, so that no crash can make a second one. */
export function enterWorkflow(draft: Draft, site: Site, metBy: string[] | undefined): void {
  const { step } = site;
  const { workflow, version, key } = step.workflow!;
  const at = { site, ...(metBy && { metBy }) };
  const depth = depthOf(draft);
  if (depth > maxDepth) {
    const message = `expected at most ${maxDepth} instances above this one: does a workflow start itself without an end?`;
    return failStep(draft, site, { code: 'CHILD_DEPTH', message, retryable: false }, { needs: metBy });
  }
  const input = inputOf(draft, site, metBy);
  const bytes = Buffer.byteLength(JSON.stringify(input));
  if (bytes > MAX_RESULT_BYTES) {
    const message = `expected an input of at most ${MAX_RESULT_BYTES} bytes, but it has ${bytes}: give the step a smaller \`input\``;
    return failStep(draft, site, { code: 'INPUT_INVALID', message, retryable: false }, { needs: metBy });
  }
  request(draft, site, {
    workflow: textOf(evaluate(draft, workflow, at), 'workflow'),
    version: version && textOf(evaluate(draft, version, at), 'version'),
    input,
    key: key && keyOf(evaluate(draft, key, at), 'key'),
    queue: step.queue ? nameOf(evaluate(draft, step.queue, at), 'queue', QUEUE_SHAPE) : draft.state.queue,
    priority: step.priority ? priorityOf(evaluate(draft, step.priority, at)) : draft.state.priority,
    totalTimeoutAt: step.totalTimeout === undefined ? undefined : draft.nowMs + evaluateDuration(draft, step.totalTimeout, at),
    needs: metBy,
  });
}

/** As edited by hand, as the step says, or `ctx`. */
function inputOf(draft: Draft, site: Site, metBy: string[] | undefined): Json {
  const { input } = site.step.workflow!;
  const edited = draft.state.step(site.path).editedInput;
  if (edited !== undefined) return edited;
  if (input) return evaluate(draft, input, { site, ...(metBy && { metBy }) });
  return ctxOf(draft.plan, draft.state, site, metBy);
}

/** The next attempt: a new child with the same input, unless that was edited by hand. */
export function requestChildAgain(draft: Draft, site: Site): void {
  const { wait, totalTimeoutAt, editedInput } = draft.state.step(site.path);
  if (wait?.kind !== 'child') throw new RangeError(`expected "${site.path}" to know the child it asked for`);
  const { workflow, version, input, key, queue, priority } = wait;
  request(draft, site, { workflow, version, input: editedInput ?? input, key, queue, priority, totalTimeoutAt });
}

function request(draft: Draft, site: Site, asked: Request): void {
  const { step, path } = site;
  const { detached, onParentClose } = step.workflow!;
  const timeoutAt = step.timeout === undefined ? undefined : draft.nowMs + evaluateDuration(draft, step.timeout, { site });
  draft.emit(
    'childRequested',
    {
      ...asked,
      childId: draft.context.newId(),
      onParentClose,
      depth: depthOf(draft),
      detached: detached || undefined,
      timeoutAt,
    },
    path,
    draft.state.step(path).attempt + 1,
  );
}

export const depthOf = (draft: Draft): number => (draft.state.parent?.depth ?? 0) + 1;
