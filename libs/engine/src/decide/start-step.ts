import { joinVerdict } from '../state/join.js';
import type { Failure } from '../model/failure.js';
import type { JsonObject } from '../model/json.js';
import { CODE_SHAPE, QUEUE_SHAPE } from '../compile/vocabulary.js';
import { endsOk } from '../apply/end-step.js';
import { childPath, type Site, siteIn } from '../state/site.js';
import { enterBlock } from './blocks/enter-block.js';
import { cancelStep } from './cancel-step.js';
import { enterWorkflow } from './children/enter-workflow.js';
import { enterLock } from './locks/enter-lock.js';
import { completeStep, failStep } from './complete-step.js';
import type { Draft } from './draft.js';
import { evaluate, evaluateDuration } from './evaluation.js';
import { expressionFailure } from './expression-failure.js';
import { placementOf } from './placement-of.js';
import { taskOf } from './task-of.js';
import { enterWait } from './waits/enter-wait.js';
import { isTrue, nameOf, textOf, priorityOf, usualPriority } from './values.js';

/** Decides on one step whose fate is known: run, skip or block. */
export function startStep(draft: Draft, site: Site): void {
  const verdict = joinVerdict(site.step, draft.state.step(site.path));
  if (verdict === 'block') return draft.emit('stepBlocked', {}, site.path);
  if (verdict === 'skip') return draft.emit('stepSkipped', { because: 'runOn' }, site.path);
  const metBy = needsThatMet(draft, site);
  try {
    if (site.step.when && !isTrue(evaluate(draft, site.step.when, { site, metBy })))
      draft.emit('stepSkipped', { because: 'when', needs: metBy }, site.path);
    else run(draft, site, metBy);
  } catch (error) {
    failStep(draft, site, expressionFailure(error), { needs: metBy });
  }
  cancelRestOf(draft, site, metBy);
}

function run(draft: Draft, site: Site, metBy: string[] | undefined): void {
  const { step } = site;
  const at = { site, ...(metBy && { metBy }) };
  switch (step.type) {
    case 'task':
      return scheduleFirst(draft, site, metBy);
    case 'set': {
      const values = step.values ? evaluate(draft, step.values, at) : {};
      return completeStep(draft, site, values, { tags: tagsOf(draft, site, metBy), needs: metBy });
    }
    case 'fail':
      return failStep(draft, site, failureOf(draft, site, metBy), { needs: metBy });
    case 'complete': {
      const output = step.output ? evaluate(draft, step.output, { ...at, output: null }) : null;
      draft.emit('stepCompleted', { output, needs: metBy }, site.path);
      return draft.emit('instanceClosing', { as: 'completed', output });
    }
    case 'again':
      return startAgain(draft, site, metBy);
    case 'workflow':
      return enterWorkflow(draft, site, metBy);
    case 'lock':
      return enterLock(draft, site, metBy);
    case 'branch':
    case 'parallel':
    case 'forEach':
    case 'repeat':
    case 'try':
      return enterBlock(draft, site, metBy);
    case 'sleep':
    case 'event':
    case 'ask':
    case 'emit':
      return enterWait(draft, site, metBy);
    default:
      throw new RangeError(`expected a step type, but was ${step.type}`);
  }
}

/** The next generation begins once what is open has been stopped. */
function startAgain(draft: Draft, site: Site, metBy: string[] | undefined): void {
  const template = site.step.again?.input;
  const input = template ? evaluate(draft, template, { site, ...(metBy && { metBy }) }) : draft.state.input;
  const faults = draft.plan.checkInput?.(input) ?? [];
  if (faults.length > 0) {
    const message = faults
      .slice(0, 3)
      .map((fault) => `${fault.path || 'the input'}: ${fault.message}`)
      .join('; ');
    return failStep(draft, site, { code: 'INPUT_INVALID', message, retryable: false }, { needs: metBy });
  }
  draft.emit('stepCompleted', { output: null, needs: metBy }, site.path);
  draft.emit('instanceClosing', { as: 'again', input });
}

function scheduleFirst(draft: Draft, site: Site, metBy: string[] | undefined): void {
  const { step, path } = site;
  const at = { site, ...(metBy && { metBy }) };
  const task = taskOf(draft, step.task!, at);
  const queue = step.queue
    ? nameOf(evaluate(draft, step.queue, at), 'queue', QUEUE_SHAPE)
    : (draft.state.queue ?? draft.plan.queue);
  const priority = step.priority ? priorityOf(evaluate(draft, step.priority, at)) : usualPriority(draft, queue);
  const { attempt, editedInput } = draft.state.step(path);
  const input = editedInput ?? (step.input ? evaluate(draft, step.input, at) : undefined);
  const placement = placementOf(draft, step, at);
  const { nowMs } = draft;
  const after = (duration: typeof step.timeout): number | undefined =>
    duration === undefined ? undefined : nowMs + evaluateDuration(draft, duration, at);
  const computed = (duration: typeof step.timeout): number | undefined =>
    duration === undefined || typeof duration === 'number' ? undefined : Math.max(1, evaluateDuration(draft, duration, at));
  draft.emit(
    'stepScheduled',
    {
      task,
      queue,
      priority,
      input,
      needs: metBy,
      incarnation: placement ? undefined : draft.context.admit(queue, task), // who runs it is chosen when it leaves the backlog
      queueTimeoutAt: after(step.queueTimeout),
      totalTimeoutAt: after(step.totalTimeout),
      timeoutMs: computed(step.timeout),
      heartbeatMs: computed(step.heartbeat),
      placement,
    },
    path,
    attempt + 1,
  );
}

/** The next attempt of a step in backoff: same task, queue and input. */
export function scheduleAgain(draft: Draft, site: Site): void {
  const own = draft.state.step(site.path);
  const {
    task = '',
    queue = '',
    priority = 0,
    input,
    attempt,
    totalTimeoutAt,
    timeoutMs,
    heartbeatMs,
    queueTimeoutMs,
    editedInput,
    placement,
  } = own;
  const incarnation = placement ? undefined : draft.context.admit(queue, task);
  draft.emit(
    'stepScheduled',
    {
      task,
      queue,
      priority,
      input: editedInput ?? input,
      incarnation,
      queueTimeoutAt: queueTimeoutMs && draft.nowMs + queueTimeoutMs,
      totalTimeoutAt,
      timeoutMs,
      heartbeatMs,
      placement,
    },
    site.path,
    attempt + 1,
  );
}

/** Ids of the needs that are OK, when that is not all of them; undefined = all needs feed the step. */
function needsThatMet(draft: Draft, { step, scope, scopePath }: Site): string[] | undefined {
  if (step.runOn !== 'success') return undefined;
  const needs = step.needs.map((index) => scope.steps[index]!);
  const met = needs.filter((need) => endsOk(draft.state.step(childPath(scopePath, need.id)).status, need));
  return met.length === needs.length ? undefined : met.map((need) => need.id);
}

/** `cancelRest`: what is open, was not needed for the join and is needed by nobody else. */
function cancelRestOf(draft: Draft, { step, scope, scopePath }: Site, metBy: string[] | undefined): void {
  if (!step.cancelRest || metBy === undefined) return;
  if (draft.state.scopes.get(scopePath)?.result !== undefined) return; // with this step all of its list had ended, and is forgotten
  for (const index of step.needs) {
    const need = scope.steps[index]!;
    if (need.dependents.length === 1 && !metBy.includes(need.id)) cancelStep(draft, siteIn(scope, scopePath, need), 'cancelled');
  }
}

function tagsOf(draft: Draft, site: Site, metBy: string[] | undefined): JsonObject | undefined {
  if (site.step.tags === undefined) return undefined;
  const at = { site, ...(metBy && { metBy }) };
  return Object.fromEntries(Object.entries(site.step.tags).map(([key, template]) => [key, evaluate(draft, template, at)]));
}

function failureOf(draft: Draft, site: Site, metBy: string[] | undefined): Failure {
  const { step } = site;
  const at = { site, ...(metBy && { metBy }) };
  const code = step.code ? nameOf(evaluate(draft, step.code, at), 'code', CODE_SHAPE) : 'FAILED';
  const message = step.message ? textOf(evaluate(draft, step.message, at), 'message') : `step "${step.id}" failed on purpose`;
  const details = step.details ? evaluate(draft, step.details, at) : undefined;
  return { code, message, ...(details !== undefined && { details }), retryable: false };
}
