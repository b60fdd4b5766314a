import type { RunningStep, Step, StepSummary } from '#libs/contracts';
import type { AttemptView, InstanceView, Plan, PlanStep, StepView } from '#libs/engine';
import { toIso, toIsoOrNull } from '../http/times.js';
import { type StepReason, type WaitFacts, waitReasonOf } from './wait-reason.js';

/** What beside the audit log is known about the steps of an instance. */
export interface StepFactsNow extends WaitFacts {
  /** Begun by a worker, not yet in the audit log; by token. */
  readonly running: ReadonlyMap<number, RunningStep>;
}

interface StepNow {
  readonly path: string;
  readonly planned: PlanStep | undefined;
  readonly view: StepView | undefined;
  readonly begun: RunningStep | undefined;
  readonly reason: StepReason | undefined;
}

/** Every step of the plan in definition order, reached or not, then what the log names beside them. */
export function stepsNow(plan: Plan | undefined, view: InstanceView, facts: StepFactsNow): StepNow[] {
  const planned = plan?.scope.steps ?? [];
  const known = new Set(planned.map(({ id }) => id));
  const beside = [...view.steps.keys()].filter((path) => !known.has(path));
  return [
    ...planned.map((step) => stepNow(step.id, step, view, facts)),
    ...beside.map((path) => stepNow(path, undefined, view, facts)),
  ];
}

function stepNow(path: string, planned: PlanStep | undefined, view: InstanceView, facts: StepFactsNow): StepNow {
  const step = view.steps.get(path);
  const token = step?.status === 'scheduled' ? step.attempts.at(-1)?.token : undefined;
  const begun = token === undefined ? undefined : facts.running.get(token);
  return { path, planned, view: step, begun, reason: step && waitReasonOf(step, begun, facts) };
}

export function toStepSummary({ path, planned, view, begun, reason }: StepNow, plan: Plan | undefined): StepSummary {
  const task = planned?.task?.source;
  return {
    path,
    type: planned?.type ?? 'task',
    title: planned?.title ?? null,
    task: view?.task ?? (typeof task === 'string' ? task : null),
    queue: view?.queue ?? null,
    status: begun ? 'running' : (view?.status ?? 'pending'),
    attempt: view?.attempt ?? 0,
    maxAttempts: planned?.retry.maxAttempts ?? 1,
    needs: (planned?.needs ?? []).map((index) => plan?.scope.steps[index]?.id ?? String(index)),
    reason: reason?.reason ?? null,
    reasonText: reason?.text ?? null,
    worker: begun?.worker ?? view?.worker ?? null,
    scheduledAt: toIsoOrNull(view?.scheduledAt),
    startedAt: begun?.startedAt ?? toIsoOrNull(view && startWithin(view)),
    endedAt: toIsoOrNull(view?.endedAt),
    dueAt: view?.status === 'retrying' ? toIsoOrNull(view.dueAt) : null,
    error: view?.error ?? null,
  };
}

/** @param withData also input and output */
export function toStep(now: StepNow, plan: Plan | undefined, withData: boolean): Step {
  const { view, begun } = now;
  const attempts = (view?.attempts ?? []).map((attempt) => toAttempt(attempt, begun));
  const summary = { ...toStepSummary(now, plan), attempts };
  if (!withData || !view) return summary;
  return {
    ...summary,
    ...(view.input !== undefined && { input: view.input }),
    ...(view.inputIsCtx === true && { inputIsContext: true }),
    ...(view.output !== undefined && { output: view.output }),
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
