import { isEnded, type InstanceStatus } from '@engine/model/lifecycle';
import type { InstanceActName, StepActName } from '../../core/api/acts-api';
import { lookOf } from '../../ui/state';

export type InstanceAct = InstanceActName | 'event' | 'restart';

/** Can it be done now? Absent: yes; else why not, in a sentence. */
export type WhyNot<Act extends string> = Readonly<Partial<Record<Act, string>>>;

const wordOf = (state: string): string => lookOf(state).word.toLowerCase();

/** What the whole instance cannot be told in this state, and why. Restart makes another instance: that is always possible. */
export function impossibleActs(status: InstanceStatus): WhyNot<InstanceAct> {
  const isOver = isEnded(status);
  const ended = $localize`It has ended: ${wordOf(status)}:state:.`;
  const found = isOver ? ended : $localize`It is ${wordOf(status)}:state:.`;
  const is = (...wanted: InstanceStatus[]): boolean => wanted.includes(status);
  return {
    ...(!is('running', 'waiting') && { pause: status === 'pending' ? $localize`It has not started yet.` : found }),
    ...(!is('paused') && { resume: isOver ? ended : $localize`It is not paused.` }),
    ...((isOver || is('cancelling', 'compensating')) && { cancel: found }),
    ...(!is('failed', 'timed_out') && { retry: whyNoRetry(status) }),
    ...(isOver && { event: ended }),
  };
}

function whyNoRetry(status: InstanceStatus): string {
  switch (status) {
    case 'completed':
      return $localize`It has completed: nothing failed.`;
    case 'cancelled':
      return $localize`It was cancelled on purpose: run it again instead.`;
    case 'compensated':
    case 'compensation_failed':
      return $localize`What it had done was undone: run it again instead.`;
    default:
      return $localize`It has not failed. A single failed step can be retried by itself.`;
  }
}

/** What is asked of a step before it can be told something. */
export interface ActedStep {
  readonly path: string;
  readonly type: string;
  /** Its status, or `queued`, `notReached`. */
  readonly state: string;
}

/** Where it stands: its instance, and whether the list it is in has begun. */
export interface StepPlace {
  readonly status: InstanceStatus;
  readonly hasBegun: boolean;
}

const blocks = new Set(['branch', 'parallel', 'forEach', 'repeat', 'try', 'lock']);
const reopenable = new Set(['failed', 'timed_out', 'cancelled', 'blocked']);
const endedSteps = new Set([...reopenable, 'completed', 'skipped', 'compensated']);

/** What a step cannot be told in this state, and why. */
export function impossibleStepActs(step: ActedStep, place: StepPlace): WhyNot<StepActName> {
  const general = whyNothing(step, place);
  if (general !== undefined) return { retry: general, skip: general, complete: general, cancel: general };
  const { state, type } = step;
  const ended = endedSteps.has(state);
  const over = isEnded(place.status) ? $localize`The instance has ended.` : $localize`The step is ${wordOf(state)}:state:.`;
  const canReopen = reopenable.has(state);
  return {
    ...(state !== 'retrying' && !canReopen && { retry: $localize`The step has not failed.` }),
    ...(ended && !canReopen && { skip: over }),
    ...(whyNotComplete(state, type, over) && { complete: whyNotComplete(state, type, over) }),
    ...((ended || isEnded(place.status)) && { cancel: over }),
  };
}

function whyNothing({ path, state }: ActedStep, { status, hasBegun }: StepPlace): string | undefined {
  if (/(^|\/)~/.test(path)) return $localize`It undoes another step and cannot be changed.`;
  if (status === 'pending') return $localize`The instance has not started yet.`;
  if (status === 'cancelling' || status === 'compensating') return $localize`The instance is ${wordOf(status)}:state:.`;
  if (isEnded(status) && status !== 'failed' && status !== 'timed_out') {
    return $localize`The instance has ended: ${wordOf(status)}:state:.`;
  }
  if (state === 'cancelling' || state === 'compensating') return $localize`The step is ${wordOf(state)}:state:.`;
  if (state === 'notReached' && isEnded(status)) return $localize`The step was not reached.`;
  if (state === 'notReached' && !hasBegun) return $localize`The block it is in has not been reached yet.`;
  return undefined;
}

function whyNotComplete(state: string, type: string, over: string): string | undefined {
  if (state === 'waiting' || (state === 'running' && blocks.has(type))) return undefined;
  if (endedSteps.has(state)) return over;
  return $localize`Only what waits, or an open block, can be completed by hand. Skip it instead.`;
}

/** Only these receive an input of their own. */
export const hasInput = ({ type }: Pick<ActedStep, 'type'>): boolean => type === 'task' || type === 'workflow';

/** Path of the list a step is in; '' is that of the document. */
export const listOf = (path: string): string => path.split('/').slice(0, -1).join('/');
