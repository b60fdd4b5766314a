import type { AuditEventItem, Instance, RunningStep, StepSummary, TopicMessage } from '#libs/contracts';
import {
  type AuditEvent,
  emptyInstanceView,
  foldInstanceView,
  type InstanceView,
  reasonOf,
  type ReasonFacts,
  reasons,
  type StepView,
} from '#libs/engine';
import type { StepRow } from './output/step-table.js';
import type { Wait } from './output/waits.js';

type InstanceMessage = Extract<TopicMessage, { topic: 'instance' }>;

/** What `watch` knows: the definition's steps, and the fold of the audit events seen so far. */
export interface Watch {
  readonly instance: Instance;
  readonly view: InstanceView;
  /** Steps a worker has begun, by path. */
  readonly running: ReadonlyMap<string, RunningStep>;
}

export const watchOf = (instance: Instance): Watch => ({ instance, view: emptyInstanceView, running: new Map() });

export function foldWatch(watch: Watch, message: InstanceMessage): Watch {
  const running = message.running === undefined ? watch.running : new Map(message.running.map((step) => [step.path, step]));
  return { ...watch, view: foldInstanceView(watch.view, message.events.map(asAuditEvent)), running };
}

/** REST tells times in ISO 8601 and absence with null; the fold takes the engine's own form. */
const asAuditEvent = ({ at, path, attempt, ...event }: AuditEventItem): AuditEvent =>
  ({
    ...event,
    at: Date.parse(at),
    ...(path !== null && { path }),
    ...(attempt !== null && { attempt }),
  }) as unknown as AuditEvent;

/** All steps in the order of the definition, as they stand. Before the first message: as REST told them. */
export function stepRows({ instance, view, running }: Watch): StepRow[] {
  const facts = factsOf(running);
  return instance.steps.map((step) => {
    const seen = view.steps.get(step.path);
    if (seen === undefined) return view.seq === 0 ? step : { ...step, reasonText: null };
    return rowOf(step, seen, running.get(step.path), facts);
  });
}

/** Open steps that the rows do not show, and those that somebody outside can do something about. */
export function openWaits({ instance, view, running }: Watch): Wait[] {
  const shown = new Set(instance.steps.map(({ path }) => path));
  return reasons(view, factsOf(running))
    .filter(({ path, names }) => !shown.has(path) || names !== undefined)
    .map(({ until, ...reason }) => {
      const { wait } = view.steps.get(reason.path) ?? {};
      return { ...reason, ...(until !== undefined && { until: iso(until)! }), ...(wait?.kind === 'ask' && { ask: wait.ask }) };
    });
}

/** The log does not say whether a task is served: that is left to `instance get`. */
function factsOf(running: Watch['running']): ReasonFacts {
  const workers = new Map([...running.values()].map(({ token, worker }) => [token, worker]));
  return { isServed: () => true, runningOn: (token) => workers.get(token) };
}

function rowOf(step: StepSummary, seen: StepView, begun: RunningStep | undefined, facts: ReasonFacts): StepRow {
  const reason = reasonOf(seen, facts);
  const isBegun = begun !== undefined && seen.status === 'scheduled' && begun.token === seen.attempts.at(-1)?.token;
  return {
    ...step,
    status: isBegun ? 'running' : seen.status,
    attempt: seen.attempt,
    worker: (isBegun ? begun.worker : seen.worker) ?? null,
    scheduledAt: iso(seen.scheduledAt),
    startedAt: isBegun ? begun.startedAt : iso(seen.startedAt),
    endedAt: iso(seen.endedAt),
    dueAt: iso(reason?.until),
    error: seen.error ?? null,
    reasonText: reason?.text ?? null,
  };
}

const iso = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());
