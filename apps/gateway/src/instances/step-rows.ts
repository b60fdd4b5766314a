import type { RunningStep, Step, StepSummary } from '#libs/contracts';
import { type AttemptView, type Reason, reasonOf, type ReasonFacts, type StepView } from '#libs/engine';
import { toIso, toIsoOrNull } from '../http/times.js';
import type { TreeStep } from './step-tree.js';

/** What beside the audit log is known about the steps of an instance. */
export interface StepFactsNow extends ReasonFacts {
  /** Begun by a worker, not yet in the audit log; by token. */
  readonly running: ReadonlyMap<number, RunningStep>;
}

export interface StepNow extends TreeStep {
  readonly begun: RunningStep | undefined;
  readonly reason: Reason | undefined;
}

export function stepNow(step: TreeStep, facts: StepFactsNow): StepNow {
  const { view } = step;
  const token = view?.status === 'scheduled' ? view.attempts.at(-1)?.token : undefined;
  const begun = token === undefined ? undefined : facts.running.get(token);
  return { ...step, begun, reason: view && reasonOf(view, facts) };
}

const retried: ReadonlySet<string> = new Set(['task', 'workflow']);

export function toStepSummary({ path, planned, siblings, view, begun, reason }: StepNow): StepSummary {
  const task = planned?.task?.source;
  const dueAt = view?.status === 'retrying' || view?.status === 'waiting' || view?.status === 'running' ? view.dueAt : undefined;
  return {
    path,
    type: planned?.type ?? 'task',
    title: planned?.title ?? null,
    task: view?.task ?? (typeof task === 'string' ? task : null),
    queue: view?.queue ?? null,
    status: begun ? 'running' : (view?.status ?? 'pending'),
    attempt: view?.attempt ?? 0,
    maxAttempts: planned !== undefined && retried.has(planned.type) ? planned.retry.maxAttempts : 1,
    needs: needsOf(path, planned, siblings),
    reason: reason?.reason ?? null,
    reasonText: reason?.text ?? null,
    worker: begun?.worker ?? view?.worker ?? null,
    scheduledAt: toIsoOrNull(view?.scheduledAt),
    startedAt: begun?.startedAt ?? toIsoOrNull(view && startWithin(view)),
    endedAt: toIsoOrNull(view?.endedAt),
    dueAt: toIsoOrNull(dueAt),
    error: view?.error ?? null,
    ...(view && besides(view)),
  };
}

/** What only some steps have. */
function besides({ counts, taken, child, because, by, reason }: StepView): Partial<StepSummary> {
  return {
    ...(counts && { counts: { ...counts } }),
    ...(taken && { taken: [...taken] }),
    ...(child && { child: { instance: child.id, workflow: child.workflow, attached: child.attached === true } }),
    ...(because && { because }),
    ...(by !== undefined && { by }),
    ...(reason !== undefined && { why: reason }),
  };
}

function needsOf(path: string, planned: TreeStep['planned'], siblings: TreeStep['siblings']): string[] {
  const prefix = path.slice(0, path.lastIndexOf('/') + 1);
  return siblings === undefined
    ? []
    : (planned?.needs ?? []).map((index) => prefix + (siblings.steps[index]?.id ?? String(index)));
}

/** @param withData also input and output */
export function toStep(now: StepNow, withData: boolean): Step {
  const { view, begun } = now;
  const attempts = (view?.attempts ?? []).map((attempt) => toAttempt(attempt, begun));
  const summary = { ...toStepSummary(now), attempts };
  if (!withData || !view) return summary;
  return {
    ...summary,
    ...(view.input !== undefined && { input: view.input }),
    ...(view.inputIsCtx === true && { inputIsContext: true }),
    ...(view.output !== undefined && { output: view.output }),
    ...(view.progress !== undefined && { progress: view.progress }),
  };
}

function toAttempt(attempt: AttemptView, begun: RunningStep | undefined): Step['attempts'][number] {
  const now = attempt.status === 'scheduled' && begun?.token === attempt.token ? begun : undefined;
  return {
    attempt: attempt.attempt,
    status: now ? 'running' : attempt.status,
    worker: now?.worker ?? attempt.worker ?? null,
    scheduledAt: toIso(attempt.scheduledAt),
    startedAt: now?.startedAt ?? toIsoOrNull(startWithin(attempt)),
    endedAt: toIsoOrNull(attempt.endedAt),
    error: attempt.error ?? null,
  };
}

/** Starts are told by the worker's clock, the rest by the database's: shown is never a start before the scheduling or after the end. */
function startWithin({
  startedAt,
  scheduledAt,
  endedAt,
}: Pick<StepView, 'startedAt' | 'scheduledAt' | 'endedAt'>): number | undefined {
  if (startedAt === undefined) return undefined;
  return Math.min(Math.max(startedAt, scheduledAt ?? startedAt), endedAt ?? Infinity);
}
