import type { Placement } from '../placement/placement.js';
import { limitInWords } from './limit-words.js';
import type { InstanceView, LimitView, StepView, WaitView } from '../view/view-types.js';

export type ReasonCode =
  | 'queued'
  | 'no_worker'
  | 'sent'
  | 'running'
  | 'retry'
  | 'delay'
  | 'timer'
  | 'event'
  | 'ask'
  | 'emit'
  | 'child'
  | 'lock'
  | 'limit'
  | 'cancelling'
  | 'compensating'
  | 'paused';

/** Why a step is not moving, as a code and in words. */
export interface Reason {
  /** '' = the whole instance. */
  readonly path: string;
  readonly reason: ReasonCode;
  readonly text: string;
  /** Epoch ms, when time alone will move it. */
  readonly until?: number;
  /** What somebody outside can do something about: the events it still waits for, or its ask. */
  readonly names?: readonly string[];
  /** Of an event sent by key, of a lock, or of a limit. */
  readonly key?: string;
}

/** What is known beside the audit log. */
export interface ReasonFacts {
  /** Does a live worker serve this task on this queue? */
  readonly isServed: (task: string, queue: string | undefined) => boolean;
  /** Why no live worker could run a step that asks for more than a worker that serves its task, in words. */
  readonly unfit?: (task: string, queue: string | undefined, placement: Placement) => string | undefined;
  /** The worker that has begun the attempt of this token. */
  readonly runningOn: (token: number) => string | undefined;
  /** Why a step of this task that waits in this queue's backlog is not sent: a pause or a limit. */
  readonly heldUp?: (
    task: string,
    queue: string | undefined,
  ) => { readonly reason: 'paused' | 'limit'; readonly text: string } | undefined;
  /** The instance that holds this lock. */
  readonly holderOf?: (key: string) => string | undefined;
}

/** One reason for every open step in the order in which they were begun, at most `limit`; before them that the instance is paused. */
export function reasons(view: InstanceView, facts: ReasonFacts, limit = 20): Reason[] {
  const isPaused = view.pausedAt !== undefined;
  const found: Reason[] = isPaused ? [{ path: '', reason: 'paused', text: `paused${by(view)}` }] : [];
  if (view.limit !== undefined && view.closingAs === undefined) found.push(ofLimit(view.limit));
  for (const step of view.steps.values()) {
    if (found.length >= limit) break;
    const reason = reasonOf(step, facts);
    if (reason !== undefined) found.push(isPaused ? standingStill(step, reason) : reason);
  }
  return found;
}

function ofLimit({ kind, key, limit, windowMs = 0 }: LimitView): Reason {
  const bound = kind === 'concurrency' ? `at most ${limit} at the same time` : `at most ${limit} starts ${perOf(windowMs)}`;
  return { path: '', reason: 'limit', text: `waits for ${limitInWords(key)}: ${bound}`, ...(key !== '' && { key }) };
}

const perOf = (windowMs: number): string =>
  windowMs === 1_000 ? 'a second' : windowMs === 60_000 ? 'a minute' : windowMs === 3_600_000 ? 'an hour' : `in ${windowMs} ms`;

/** Why this step is open; nothing for one that is not, and for a block that only waits for what is in it. */
export function reasonOf(step: StepView, facts: ReasonFacts): Reason | undefined {
  const { path, status } = step;
  switch (status) {
    case 'scheduled':
      return { path, ...ofCommand(step, facts) };
    case 'running':
      return step.isBlock ? ofBlock(step) : { path, reason: 'running', text: `running on ${step.worker ?? 'a worker'}` };
    case 'waiting':
      return step.wait && { path, ...ofWait(step, step.wait, facts), ...untilOf(step) };
    case 'retrying': {
      const text = `attempt ${step.attempt} failed with ${step.error?.code ?? 'an error'}; attempt ${step.attempt + 1} is due`;
      return { path, reason: 'retry', text, ...untilOf(step) };
    }
    case 'cancelling':
      return { path, reason: 'cancelling', text: 'waiting for its worker to stop' };
    case 'compensating':
      return {
        path,
        reason: 'compensating',
        text: step.child ? `child ${step.child.id} undoes what it did` : 'it is being undone',
      };
    default:
      return undefined;
  }
}

function ofCommand(step: StepView, { isServed, unfit, heldUp, runningOn }: ReasonFacts): Pick<Reason, 'reason' | 'text'> {
  const { task = '', queue, isQueued, attempts, placement, boundTo } = step;
  const token = attempts.at(-1)?.token;
  const worker = token === undefined ? undefined : runningOn(token);
  if (worker !== undefined) return { reason: 'running', text: `running on ${worker}` };
  const hold = isQueued ? heldUp?.(task, queue) : undefined;
  if (hold?.reason === 'paused') return hold;
  if (!isServed(task, queue)) return { reason: 'no_worker', text: `no live worker serves task "${task}" on queue "${queue}"` };
  const misfit = placement && unfit?.(task, queue, placement);
  if (misfit !== undefined) return { reason: 'no_worker', text: misfit };
  if (hold !== undefined) return hold;
  if (isQueued && placement) return { reason: 'queued', text: `queued: ${waitsFor(placement)}` };
  if (boundTo !== undefined) return { reason: 'sent', text: `sent to worker ${boundTo}, waiting for a free slot there` };
  if (isQueued) return { reason: 'queued', text: `queued: queue "${queue}" has as much work as its workers take` };
  return { reason: 'sent', text: `sent to queue "${queue}", waiting for a free worker` };
}

const waitsFor = ({ affinity }: Placement): string =>
  affinity === undefined
    ? 'the workers that have what it asks for are busy'
    : `the worker that has affinity "${affinity}" has as much work as it takes`;

function ofBlock({ path, dueAt }: StepView): Reason | undefined {
  return dueAt === undefined ? undefined : { path, reason: 'delay', text: 'waits before its next round', until: dueAt };
}

function ofWait({ child }: StepView, wait: WaitView, { holderOf }: ReasonFacts): Omit<Reason, 'path' | 'until'> {
  switch (wait.kind) {
    case 'timer':
      return { reason: 'timer', text: wait.isAbsolute ? 'sleeps until its time has come' : 'sleeps' };
    case 'event':
      return {
        reason: 'event',
        text: `waits for ${eventsOf(wait)}`,
        names: openNames(wait),
        ...(wait.key !== undefined && { key: wait.key }),
      };
    case 'ask':
      return { reason: 'ask', text: `waits for an answer to "${wait.name}"${askedOf(wait)}`, names: [wait.name] };
    case 'emit':
      return { reason: 'emit', text: 'waits until what it sends has been taken' };
    case 'child':
      return { reason: 'child', text: `waits for ${wait.workflow} ${child?.id ?? wait.childId}` };
    case 'lock': {
      const holder = holderOf?.(wait.key);
      const text = `waits for lock "${wait.key}"${holder === undefined ? '' : `, held by ${holder}`}`;
      return { reason: 'lock', text, key: wait.key };
    }
  }
}

type EventWait = Extract<WaitView, { kind: 'event' }>;

const openNames = ({ names, taken }: EventWait): string[] => names.filter((name) => !taken.includes(name));

function eventsOf(wait: EventWait): string {
  const { match, key } = wait;
  const open = openNames(wait).map((name) => `"${name}"`);
  const list = open.join(match === 'any' ? ' or ' : ' and ');
  return `${open.length > 1 ? 'events' : 'event'} ${list}${key === undefined ? '' : ` with key "${key}"`}`;
}

function askedOf({ claimedBy, assignees }: Extract<WaitView, { kind: 'ask' }>): string {
  if (claimedBy !== undefined) return `, claimed by ${claimedBy}`;
  return assignees.length === 0 ? '' : ` of ${assignees.join(', ')}`;
}

/** Whichever clock will move it first. */
function untilOf({ dueAt, timeoutAt }: StepView): Pick<Reason, 'until'> {
  const until = dueAt ?? timeoutAt;
  return until === undefined ? {} : { until };
}

/** Relative clocks stand still during a pause: only a point in time still comes. */
function standingStill({ wait }: StepView, { until, ...reason }: Reason): Reason {
  return wait?.kind === 'timer' && wait.isAbsolute && until !== undefined ? { ...reason, until } : reason;
}

function by(view: Pick<InstanceView, 'by' | 'reason'>): string {
  const who = view.by === undefined ? '' : ` by ${view.by}`;
  return view.reason === undefined ? who : `${who}: ${view.reason}`;
}
