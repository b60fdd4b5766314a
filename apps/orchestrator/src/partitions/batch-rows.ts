import { nextDueAt, toSnapshot, canonicalJson, isEnded, type AuditEvent } from '#libs/engine';
import type { BatchCommit, HeadUpdate, KeyChanges, StatsDelta, Touched, WakeupWrite } from '#libs/persistence';
import type { WorkIndex } from '../dispatch/work-index.js';
import { subscriptionsOf, type Subscriptions } from '../keys/key-rows.js';
import { lockChanges } from '../keys/lock-changes.js';
import { askRows, type AskRows } from './ask-rows.js';
import type { BatchFold } from './batch-fold.js';
import type { CachedInstance } from './instance-cache.js';
import { sendRows } from './send-rows.js';

/** A snapshot is due when the events since the last exceed both this and the number of steps in the state. */
const eventsBetweenSnapshots = 500;

type Rows = Pick<BatchCommit, 'touched' | 'events' | 'heads' | 'wakeups' | 'inboxApplied' | 'logs' | 'snapshots' | 'stats'> &
  Required<Pick<BatchCommit, 'inboxSent' | 'asks' | 'asksGone'>> &
  KeyChanges;

/** The rows of a decided batch. Also moves each instance's remembered wake-up row on. */
export function batchRows(fold: BatchFold, work: WorkIndex, nowMs: number): Rows {
  const touched: Touched[] = [];
  const events: BatchCommit['events'][number][] = [];
  const heads: HeadUpdate[] = [];
  const wakeups: WakeupWrite[] = [];
  const snapshots: BatchCommit['snapshots'][number][] = [];
  const stats = new Map<string, Counting>();
  const asked: AskRows[] = [];
  const waits: Subscriptions[] = [];
  for (const [instance, decided] of fold.changed) {
    const { id } = instance.state;
    if (decided.length > 0) {
      touched.push({ instanceId: id, fromSeq: decided[0]!.seq, toSeq: decided.at(-1)!.seq });
      for (const event of decided) events.push({ instanceId: id, event });
      instance.told = headOf(instance);
      heads.push(instance.told);
      countStats(stats, instance, decided, nowMs);
      const own = askRows(instance, decided);
      if (own !== undefined) asked.push(own);
      const keyed = subscriptionsOf(instance, decided, () => fold.decisionContext(id), () => fold.handed.push(id)); // prettier-ignore
      if (keyed !== undefined) waits.push(keyed);
      if (isSnapshotDue(instance)) {
        const state = canonicalJson(toSnapshot(instance.state));
        snapshots.push({ instanceId: id, seq: instance.state.seq, state });
        instance.snapshotSeq = instance.state.seq;
        instance.snapshotBytes = state.length;
      }
    }
    const wakeup = wakeupOf(instance, work, nowMs);
    if (wakeup !== undefined) wakeups.push(wakeup);
  }
  return {
    touched,
    events,
    heads,
    wakeups,
    inboxApplied: fold.inboxApplied,
    logs: fold.logs,
    inboxSent: [...sendRows(fold.sends), ...fold.held],
    asks: asked.flatMap((rows) => rows.asks),
    asksGone: asked.flatMap((rows) => rows.asksGone),
    subscribed: waits.flatMap((rows) => rows.subscribed),
    unsubscribed: waits.flatMap((rows) => rows.unsubscribed),
    ...lockChangesOf(fold),
    snapshots,
    stats: [...stats.values()],
  };
}

function lockChangesOf(fold: BatchFold): Pick<KeyChanges, 'lockRequests' | 'lockReleases' | 'permitsUsed'> {
  const { lockRequests, lockReleases, permitsUsed } = lockChanges(fold.sends, fold.tenantOf);
  return { lockRequests, lockReleases, permitsUsed };
}

function headOf({ state, plan, head }: CachedInstance): HeadUpdate {
  const hasStarted = state.startedAt !== undefined; // cancelled before that, it keeps what it was given
  return {
    id: state.id,
    status: state.status,
    seq: state.seq,
    generation: state.generation,
    summary: (hasStarted ? state.summary : head.summary) ?? null,
    output: state.status === 'completed' ? state.output : null,
    error: state.error ?? null,
    tags: hasStarted ? state.tags : head.tags,
    startedAt: state.startedAt ?? null,
    endedAt: state.endedAt ?? null,
    stepsDone: state.endedSteps,
    stepsTotal: plan.scope.steps.length,
    currentStep: state.open.first() ?? null,
  };
}

/** Moved only when it gets earlier, has fired, or the kind of work changes: a spurious wake-up is cheaper than a write a step. */
function wakeupOf(instance: CachedInstance, work: WorkIndex, nowMs: number): WakeupWrite | undefined {
  const { state, head, wakeup } = instance;
  const row = { instanceId: state.id, bucket: head.bucket };
  if (isEnded(state.status)) {
    instance.wakeup = undefined;
    return { ...row, dueAt: null, work: 'none', remove: true };
  }
  const next = { dueAt: dueAtOf(instance) ?? null, work: work.workOf(state.id) };
  if (wakeup === undefined) {
    instance.wakeup = next;
    return { ...row, ...next };
  }
  if (next.dueAt === wakeup.dueAt && next.work === wakeup.work) return undefined;
  const hasFired = wakeup.dueAt !== null && wakeup.dueAt <= nowMs;
  const isEarlier = next.dueAt !== null && (wakeup.dueAt === null || next.dueAt < wakeup.dueAt);
  if (!hasFired && !isEarlier && next.work === wakeup.work) return undefined;
  instance.wakeup = next;
  return { ...row, ...next };
}

/** When an instance must be looked at by itself, epoch ms. */
export function dueAtOf({ state, head }: CachedInstance): number | undefined {
  return state.status === 'pending' ? (head.startAt ?? head.createdAt) : nextDueAt(state);
}

/** A state too big to be written in one piece is replayed from its events instead. */
const snapshotBytesAtMost = 64 * 1024 * 1024;

function isSnapshotDue({ state, snapshotSeq, bytes }: CachedInstance): boolean {
  const since = state.seq - snapshotSeq;
  return bytes < snapshotBytesAtMost && since > eventsBetweenSnapshots && since > state.steps.size && !isEnded(state.status);
}

type Counting = { -readonly [K in keyof StatsDelta]: StatsDelta[K] };

function countStats(
  stats: Map<string, Counting>,
  { state, plan }: CachedInstance,
  events: readonly AuditEvent[],
  nowMs: number,
): void {
  const minute = nowMs - (nowMs % 60_000);
  let sum = stats.get(plan.name);
  if (sum === undefined) stats.set(plan.name, (sum = { definition: plan.name, minute, ...nothing }));
  for (const { type } of events) {
    const counter = counters[type];
    if (counter !== undefined) sum[counter] += 1;
  }
  if (state.endedAt !== undefined) sum.durationMs += state.endedAt - (state.startedAt ?? state.endedAt);
}

const nothing = { started: 0, completed: 0, failed: 0, cancelled: 0, timedOut: 0, steps: 0, durationMs: 0 };

/** What an event counts as. */
const counters: Partial<Record<AuditEvent['type'], keyof typeof nothing>> = {
  instanceStarted: 'started',
  stepCompleted: 'steps',
  instanceCompleted: 'completed',
  instanceFailed: 'failed',
  instanceCompensated: 'failed',
  instanceCompensationFailed: 'failed',
  instanceCancelled: 'cancelled',
  instanceTimedOut: 'timedOut',
};
