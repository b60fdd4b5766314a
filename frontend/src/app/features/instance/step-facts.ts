import type { RunningStep } from '@contracts/live/protocol';
import type { StepSummary } from '@contracts/rest/steps';
import type { Failure } from '@engine/model/failure';
import type { Json } from '@engine/model/json';
import type { AttemptView, ChildView, CountsView, InstanceView, StepView, WaitView } from '@engine/view/instance-view';
import { stepAt, type OutlineStep } from '../outline/outline';
import type { OpenReason } from './reasons';

/** A step as the instance page shows it: what the definition says, what the log says, what a worker says. Times epoch ms. */
export interface StepFacts {
  readonly path: string;
  /** Last segment of the path. */
  readonly name: string;
  readonly type: string;
  readonly title: string | null;
  readonly task: string | null;
  readonly queue: string | null;
  /** Paths, of its own list. */
  readonly needs: readonly string[];
  readonly maxAttempts: number;
  /** The step's status, `queued`, or `notReached`. */
  readonly state: string;
  /** A key of `stateLooks`: the state, or `asking`. */
  readonly look: string;
  readonly attempt: number;
  readonly attempts: readonly AttemptView[];
  readonly worker: string | undefined;
  readonly scheduledAt: number | undefined;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly dueAt: number | undefined;
  readonly timeoutAt: number | undefined;
  readonly error: Failure | undefined;
  readonly input: Json | undefined;
  readonly inputIsCtx: boolean;
  readonly output: Json | undefined;
  /** What it waits for. */
  readonly wait: WaitView | undefined;
  readonly child: ChildView | undefined;
  /** It has, or can have, steps inside. */
  readonly isBlock: boolean;
  readonly counts: CountsView | undefined;
  readonly taken: readonly string[] | undefined;
  readonly progress: Json | undefined;
  /** Why it ended other than by itself, and who ended it by hand for what reason. */
  readonly because: StepView['because'];
  readonly by: string | undefined;
  readonly why: string | undefined;
  readonly note: string | undefined;
  /** The step that undoes it, once it has begun. */
  readonly undo: StepView | undefined;
  readonly undoError: StepView['undoError'];
  /** Why it is open. */
  readonly reason: OpenReason | undefined;
}

/** What facts are made of. */
export interface FactSources {
  readonly outline: readonly OutlineStep[];
  readonly view: InstanceView;
  /** Begun by a worker, by path. */
  readonly running: ReadonlyMap<string, RunningStep>;
  /** Why steps are open, by path. */
  readonly reasons: ReadonlyMap<string, OpenReason>;
  /** Of the top level; they speak for themselves before the stream has told anything. */
  readonly summaries: ReadonlyMap<string, StepSummary>;
}

const openStates = new Set(['scheduled', 'running', 'waiting', 'retrying', 'queued', 'cancelling', 'compensating']);
export const isOpen = (step: Pick<StepFacts, 'state'>): boolean => openStates.has(step.state);

/** Steps of the top level in definition order. */
export const stepFacts = (sources: FactSources): StepFacts[] => sources.outline.map((step) => factsOf(step.id, step, sources));

/** Of a step at any depth; undefined when neither definition nor log knows it. */
export function factsAt(path: string, sources: FactSources): StepFacts | undefined {
  const planned = stepAt(sources.outline, path);
  return planned || sources.view.steps.has(path) ? factsOf(path, planned, sources) : undefined;
}

export function factsOf(path: string, planned: OutlineStep | undefined, sources: FactSources): StepFacts {
  const { view, running, reasons, summaries } = sources;
  const summary = summaries.get(path);
  const step = view.steps.get(path) ?? (view.seq === 0 && summary ? fromSummary(summary) : undefined);
  const begun = begunOf(step, running.get(path));
  const scope = path.slice(0, path.lastIndexOf('/') + 1);
  const state = begun ? 'running' : stateOf(step);
  return {
    path,
    name: path.slice(scope.length),
    type: planned?.type ?? summary?.type ?? 'task',
    title: planned?.title ?? summary?.title ?? null,
    task: step?.task ?? planned?.task ?? null,
    queue: step?.queue ?? summary?.queue ?? null,
    needs: (planned?.needs ?? []).map((id) => scope + id),
    maxAttempts: planned?.maxAttempts ?? summary?.maxAttempts ?? 1,
    state,
    look: state === 'waiting' && step?.wait?.kind === 'ask' ? 'asking' : state,
    isBlock: (planned?.bodies.length ?? 0) > 0 || step?.isBlock === true,
    undo: view.steps.get(`${path}/~undo`),
    reason: reasons.get(path),
    ...fromLog(step),
    ...(begun && {
      worker: begun.worker,
      startedAt: Date.parse(begun.startedAt),
      attempts: markRunning(step?.attempts ?? [], begun),
    }),
  };
}

type FromLog = 'attempt' | 'attempts' | 'worker' | 'scheduledAt' | 'startedAt' | 'endedAt' | 'dueAt' | 'timeoutAt' | 'error' | 'input' | 'inputIsCtx' | 'output' | 'wait' | 'child' | 'counts' | 'taken' | 'progress' | 'because' | 'by' | 'why' | 'note' | 'undoError'; // prettier-ignore

function fromLog(step: StepView | undefined): Pick<StepFacts, FromLog> {
  return {
    attempt: step?.attempt ?? 0,
    attempts: step?.attempts ?? [],
    worker: step?.worker,
    scheduledAt: step?.scheduledAt,
    startedAt: step?.startedAt,
    endedAt: step?.endedAt,
    dueAt: step?.dueAt,
    timeoutAt: step?.timeoutAt,
    error: step?.error,
    input: step?.input,
    inputIsCtx: step?.inputIsCtx ?? false,
    output: step?.output,
    wait: step?.wait,
    child: step?.child,
    counts: step?.counts,
    taken: step?.taken,
    progress: step?.progress,
    because: step?.because,
    by: step?.by,
    why: step?.reason,
    note: step?.note,
    undoError: step?.undoError,
  };
}

/** The worker's word counts for the very attempt that is out, and no other. */
function begunOf(step: StepView | undefined, begun: RunningStep | undefined): RunningStep | undefined {
  const token = step?.attempts.at(-1)?.token;
  return begun !== undefined && step?.status === 'scheduled' && (token === undefined || token === begun.token)
    ? begun
    : undefined;
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

export const countDone = (steps: readonly StepFacts[]): number =>
  steps.filter(({ state }) => state === 'completed' || state === 'skipped').length;
