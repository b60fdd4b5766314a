import type { ReceivedEvent } from '../../model/audit-event.js';
import type { Failure } from '../../model/failure.js';
import type { Json, JsonObject } from '../../model/json.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { StepState } from '../../state/step-state.js';
import type { WaitState } from '../../state/wait-state.js';
import { type Site, siteAt } from '../../state/site.js';
import { completeStep, failStep } from '../complete-step.js';
import type { Draft } from '../draft.js';
import { evaluate } from '../evaluation.js';
import { expressionFailure } from '../expression-failure.js';
import { isTrue } from '../values.js';

type EventWait = Extract<WaitState, { kind: 'event' }>;

/** `misfit`: not for this wait · `taken` · `filter`, `schema`: refused by it · `failed`: its filter cannot be evaluated, which ends it */
export type Verdict = 'misfit' | 'taken' | 'filter' | 'schema' | 'failed';

/** Offers an event to one open wait. */
export function offer(draft: Draft, path: string, event: ReceivedEvent): Verdict {
  const own = draft.state.step(path);
  if (!isMeant(own, event)) return 'misfit';
  const site = siteAt(draft.plan, path)!;
  const verdict = judge(draft, site, own, event);
  if (typeof verdict === 'object') {
    failStep(draft, site, verdict);
    return 'failed';
  }
  if (verdict === 'taken') take(draft, site, event);
  return verdict;
}

/** By name and key, without an expression. An event that came by key is only for waits that correlate by it. */
export function isMeant({ wait }: StepState, { name, key }: ReceivedEvent): boolean {
  if (wait?.kind !== 'event' || !wait.names.includes(name)) return false;
  return (key === undefined || key === wait.key) && !wait.taken.some((taken) => taken.name === name);
}

/** What was received after the wait's time-out is not for it, even where the clock has not been looked at yet. */
export const isLate = ({ pausedAt }: InstanceState, { timeoutAt }: StepState, { at }: ReceivedEvent): boolean =>
  timeoutAt !== undefined && Math.min(at, pausedAt ?? at) > timeoutAt;

/** @returns a failure when the filter cannot be evaluated: the step fails with it */
export function judge(
  draft: Draft,
  site: Site,
  { metBy }: StepState,
  event: ReceivedEvent,
): 'taken' | 'filter' | 'schema' | Failure {
  const { filter, checkPayload } = site.step.event!;
  try {
    const at = { site, event: { name: event.name, ...factsOf(event) }, ...(metBy && { metBy }) };
    if (filter && !isTrue(evaluate(draft, filter, at), 'filter')) return 'filter';
  } catch (error) {
    return expressionFailure(error);
  }
  return (checkPayload?.(event.payload).length ?? 0) > 0 ? 'schema' : 'taken';
}

function take(draft: Draft, site: Site, event: ReceivedEvent): void {
  draft.emit('eventTaken', { event }, site.path);
  const wait = draft.state.step(site.path).wait as EventWait;
  if (wait.match === 'all' && wait.taken.length < wait.names.length) return;
  completeStep(draft, site, outputOf(wait), { note: event.note });
}

/** Of the wait that opens: the oldest kept event that fits, and with `match: all` one for each name. */
export function takeKept(draft: Draft, site: Site): void {
  for (const event of draft.state.events) {
    const verdict = offer(draft, site.path, event);
    if (verdict === 'schema') drop(draft, site.path, event, verdict);
    if (draft.state.step(site.path).status !== 'waiting') return;
  }
}

export function drop(draft: Draft, wait: string, { id, name }: ReceivedEvent, because: 'filter' | 'schema'): void {
  draft.emit('eventDropped', { event: { id, name }, because, wait });
}

function outputOf({ match, taken }: EventWait): Json {
  if (match === 'any') return { name: taken[0]!.name, ...factsOf(taken[0]!) };
  return Object.fromEntries(taken.map((event) => [event.name, factsOf(event)]));
}

const factsOf = ({ payload, id, at }: ReceivedEvent): JsonObject => ({ payload, id, at: new Date(at).toISOString() });
