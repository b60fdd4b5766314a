import type { RunningStep } from '@contracts/live/protocol';
import type { StepSummary } from '@contracts/rest/steps';
import type { Failure } from '@engine/model/failure';
import type { Json } from '@engine/model/json';
import type { AttemptView, InstanceView, StepView } from '@engine/view/instance-view';
import { formatDuration, formatTicking } from '../../ui/format';
import { lookOf } from '../../ui/state';

/** A step as the instance page shows it: what the definition says, what the log says, what a worker says. Times epoch ms. */
export interface StepFacts {
  readonly path: string;
  readonly type: string;
  readonly title: string | null;
  readonly task: string | null;
  readonly queue: string | null;
  readonly needs: readonly string[];
  readonly maxAttempts: number;
  /** A key of `stateLooks`: the step's status, `queued`, or `notReached`. */
  readonly state: string;
  readonly attempt: number;
  readonly attempts: readonly AttemptView[];
  readonly worker: string | undefined;
  readonly scheduledAt: number | undefined;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly dueAt: number | undefined;
  readonly error: Failure | undefined;
  readonly input: Json | undefined;
  readonly inputIsCtx: boolean;
  readonly output: Json | undefined;
  /** Why it is open, as the server last said it. */
  readonly reasonText: string | null;
}

const openStates = new Set(['scheduled', 'running', 'retrying', 'queued', 'cancelling']);
export const isOpen = (step: Pick<StepFacts, 'state'>): boolean => openStates.has(step.state);

/** Steps of the top level in definition order. Before the stream has told anything, the summaries speak for themselves. */
export function stepFacts(summaries: readonly StepSummary[], view: InstanceView, running: readonly RunningStep[]): StepFacts[] {
  const begun = new Map(running.map((step) => [step.path, step]));
  return summaries.map((summary) => {
    const step = view.steps.get(summary.path) ?? (view.seq === 0 ? fromSummary(summary) : undefined);
    return toFacts(summary, step, begun.get(summary.path));
  });
}

function toFacts(summary: StepSummary, step: StepView | undefined, begun: RunningStep | undefined): StepFacts {
  const { path, type, title, task, queue, needs, maxAttempts, reasonText } = summary;
  const token = step?.attempts.at(-1)?.token;
  const isBegun = begun !== undefined && step?.status === 'scheduled' && (token === undefined || token === begun.token);
  const startedAt = isBegun ? Date.parse(begun.startedAt) : step?.startedAt;
  return {
    path,
    type,
    title,
    task: step?.task ?? task,
    queue: step?.queue ?? queue,
    needs,
    maxAttempts,
    state: isBegun ? 'running' : stateOf(step),
    attempt: step?.attempt ?? 0,
    attempts: isBegun ? markRunning(step?.attempts ?? [], begun) : (step?.attempts ?? []),
    worker: isBegun ? begun.worker : step?.worker,
    scheduledAt: step?.scheduledAt,
    startedAt,
    endedAt: step?.endedAt,
    dueAt: step?.dueAt,
    error: step?.error,
    input: step?.input,
    inputIsCtx: step?.inputIsCtx ?? false,
    output: step?.output,
    reasonText,
  };
}

function stateOf(step: StepView | undefined): string {
  if (step === undefined || step.status === 'pending') return 'notReached';
  return step.status === 'scheduled' && step.isQueued ? 'queued' : step.status;
}

const markRunning = (attempts: readonly AttemptView[], begun: RunningStep): AttemptView[] =>
  attempts.map((attempt) =>
    attempt.token === begun.token
      ? { ...attempt, status: 'running', worker: begun.worker, startedAt: Date.parse(begun.startedAt) }
      : attempt,
  );

const ms = (iso: string | null): number | undefined => (iso === null ? undefined : Date.parse(iso));

function fromSummary(summary: StepSummary): StepView {
  const { path, status, attempt, worker, error } = summary;
  const times = { scheduledAt: ms(summary.scheduledAt), startedAt: ms(summary.startedAt), endedAt: ms(summary.endedAt) };
  const known = {
    ...(worker !== null && { worker }),
    ...(error !== null && { error: { retryable: false, ...error } as Failure }),
  };
  return { path, status, attempt, attempts: [], dueAt: ms(summary.dueAt), ...times, ...known };
}

/** The state in a word or three: `Retrying in 6 s`. @param now epoch ms */
export function stateText(step: StepFacts, now: number): string {
  if (step.state === 'retrying' && step.dueAt !== undefined && step.dueAt > now) {
    return $localize`Retrying in ${formatTicking(Math.ceil((step.dueAt - now) / 1_000) * 1_000)}:span:`;
  }
  if (step.state === 'blocked') return $localize`Upstream failed`;
  return lookOf(step.state).word;
}

/** The figure beside it: attempt while that matters, else how long it takes or took. */
export function figureText(step: StepFacts, now: number): string {
  const tries = `${step.attempt}/${step.maxAttempts}`;
  if (step.state === 'retrying' || step.state === 'failed') return step.attempt > 0 ? tries : '';
  if (step.state === 'running') {
    const elapsed = step.startedAt === undefined ? '' : formatTicking(Math.max(0, now - step.startedAt));
    return step.attempt > 1 ? `${tries} · ${elapsed}` : elapsed;
  }
  if (step.state === 'completed' && step.startedAt !== undefined && step.endedAt !== undefined) {
    return formatDuration(step.endedAt - step.startedAt);
  }
  return step.attempt > 1 && isOpen(step) ? tries : '';
}

export const countDone = (steps: readonly StepFacts[]): number =>
  steps.filter(({ state }) => state === 'completed' || state === 'skipped').length;
