import { Injectable } from '@nestjs/common';
import { defaultTenant, type Instance, type Step, type WaitingFor } from '#libs/contracts';
import {
  type InstanceId,
  type InstanceView,
  isEnded,
  lockAddress,
  type Plan,
  type Reason,
  reasons,
  type StepStatus,
  unfitReason,
} from '#libs/engine';
import { type InstanceHead, InstanceRecords, LockStore } from '#libs/persistence';
import { PlanCache } from '../definitions/plan-cache.js';
import { ApiProblem } from '../http/api-problem.js';
import { toIso, toIsoOrNull } from '../http/times.js';
import { LaneSettings } from '../lanes/lane-settings.js';
import { LiveFeed } from '../live/live-feed.js';
import { InstanceViews } from './instance-views.js';
import { pendingReason } from './pending-reason.js';
import { toInstance } from './present-instance.js';
import { type StepFactsNow, type StepNow, stepNow, toStep, toStepSummary } from './step-rows.js';
import { stepTree, topSteps, type TreeStep } from './step-tree.js';

/** Open steps told in `waitingFor`, and children in `children`. */
const maxReasons = 100;
const maxChildren = 100;
/** Locks whose holders are looked up. */
const maxLocks = 20;

/** Events read together with the head. */
const eventsAtOnce = 1_000;

/** Head and steps of one moment. */
export interface ViewedRecord {
  readonly head: InstanceHead;
  readonly view: InstanceView;
  readonly restartedAs: readonly InstanceId[];
}

/** What else is known of it now. */
interface Facts {
  readonly plan: Plan | undefined;
  readonly facts: StepFactsNow;
}

export interface StepsFilter {
  readonly under?: string;
  readonly statuses?: readonly StepStatus[];
  readonly withData: boolean;
  /** Path of the last step of the page before. */
  readonly after?: string;
  readonly limit: number;
}

/** One instance as the API shows it: head, steps folded from the audit log, and what workers say of them now. */
@Injectable()
export class InstanceReader {
  constructor(
    private readonly records: InstanceRecords,
    private readonly views: InstanceViews,
    private readonly plans: PlanCache,
    private readonly locks: LockStore,
    private readonly feed: LiveFeed,
    private readonly lanes: LaneSettings,
  ) {}

  /** @throws ApiProblem INSTANCE_NOT_FOUND */
  async head(id: string): Promise<InstanceHead> {
    const head = await this.records.head(id.toLowerCase());
    if (head) return head;
    throw notFound(id);
  }

  /** @throws ApiProblem INSTANCE_NOT_FOUND */
  async record(id: string): Promise<ViewedRecord> {
    const known = id.toLowerCase() as InstanceId;
    const after = this.views.knownSeq(known);
    const record = await this.records.read(known, after, eventsAtOnce);
    if (record === undefined) throw notFound(id);
    const { head, events, restartedAs } = record;
    return { head, restartedAs, view: await this.views.get(known, { after, events, isLast: events.length < eventsAtOnce }) };
  }

  async instance(id: string): Promise<Instance> {
    return this.present(await this.record(id));
  }

  async present({ head, view, restartedAs }: ViewedRecord): Promise<Instance> {
    const { plan, facts } = await this.factsOf(head, view);
    const { parent, restartOf, trigger } = head.origin ?? {};
    return toInstance(head, {
      steps: [...topSteps(plan, view)].map((step) => toStepSummary(stepNow(step, facts))),
      waitingFor: waitingFor(head, view, facts),
      parentStep: parent === undefined ? null : { instance: parent.instance, path: parent.path },
      restartOf: restartOf?.instance ?? null,
      restartedAs: [...restartedAs],
      trigger: trigger ? { name: trigger.name, scheduledAt: toIsoOrNull(trigger.scheduledAt) } : null,
      children: childrenOf(view),
      pausedAt: toIsoOrNull(view.pausedAt),
      keptEvents: view.keptEvents.size,
    });
  }

  async steps(id: string, filter: StepsFilter): Promise<{ items: Step[]; seq: number; next: string | null }> {
    const { under, statuses, withData, limit } = filter;
    const { head, view } = await this.record(id);
    const { plan, facts } = await this.factsOf(head, view);
    const found: StepNow[] = [];
    let hasMore = false;
    for (const step of from(stepTree(plan, view, under), filter.after)) {
      if (under !== undefined && step.path !== under && !step.path.startsWith(`${under}/`)) continue;
      const now = stepNow(step, facts);
      const status = now.begun ? 'running' : (now.view?.status ?? 'pending');
      if (statuses !== undefined && !statuses.includes(status)) continue;
      hasMore = found.length === limit;
      if (hasMore) break;
      found.push(now);
    }
    const items = withData ? await this.withData(id, found) : found.map((now) => toStep(now, false));
    return { items, seq: view.seq, next: hasMore ? found.at(-1)!.path : null };
  }

  private async withData(id: string, found: readonly StepNow[]): Promise<Step[]> {
    const whole = await this.views.withPayloads(id.toLowerCase() as InstanceId, found.map(({ view }) => view)); // prettier-ignore
    return found.map((now, place) => toStep({ ...now, view: whole[place] }, true));
  }

  private async factsOf(head: InstanceHead, view: InstanceView): Promise<Facts> {
    const nowMs = Date.now();
    const { registry } = this.feed;
    const compiled = await this.plans.get(head.definition, head.version);
    const running = registry.running(head.id, nowMs);
    const [holders, heldUp] = await Promise.all([this.holdersOf(view), this.lanes.holds()]);
    const facts: StepFactsNow = {
      running,
      holderOf: (key) => holders.get(key),
      heldUp,
      runningOn: (token) => running.get(token)?.worker,
      isServed: (task, queue) => registry.isServed(task, nowMs, queue),
      unfit: (task, queue, placement) => unfitReason(registry.announcements(nowMs), queue, task, placement),
    };
    return { plan: compiled?.plan, facts };
  }

  /** Who holds the locks its steps wait for, as far as they are told. */
  private async holdersOf(view: InstanceView): Promise<ReadonlyMap<string, string>> {
    const keys = new Set<string>();
    for (const { status, wait } of view.steps.values()) {
      if (status === 'waiting' && wait?.kind === 'lock') keys.add(wait.key);
      if (keys.size === maxLocks) break;
    }
    const held = await Promise.all([...keys].map((key) => this.locks.holders({ tenant: defaultTenant, key: lockAddress(key) })));
    return new Map([...keys].flatMap((key, place) => (held[place]?.[0] ? [[key, held[place][0].instanceId] as const] : [])));
  }
}

const notFound = (id: string): ApiProblem =>
  new ApiProblem('INSTANCE_NOT_FOUND', `expected the id of an instance, but there is none with ${id}`);

function waitingFor(head: InstanceHead, view: InstanceView, facts: StepFactsNow): WaitingFor[] {
  if (isEnded(head.status)) return [];
  const found = reasons(view, facts, maxReasons);
  if (found.length === 0 && head.status === 'pending') return [pendingReason(head, Date.now())];
  return found.map(toWaitingFor);
}

const toWaitingFor = ({ until, names, ...reason }: Reason): WaitingFor => ({
  ...reason,
  ...(names !== undefined && { names: [...names] }),
  ...(until !== undefined && { until: toIso(until) }),
});

function childrenOf(view: InstanceView): Instance['children'] {
  const found: Instance['children'] = [];
  for (const { path, child } of view.steps.values()) {
    if (child === undefined) continue;
    found.push({ instance: child.id, path, workflow: child.workflow });
    if (found.length === maxChildren) break;
  }
  return found;
}

/** What comes after a path; all of it without one. */
function* from(steps: Iterable<TreeStep>, after: string | undefined): Generator<TreeStep> {
  let isPast = after === undefined;
  for (const step of steps) {
    if (isPast) yield step;
    else isPast = step.path === after;
  }
}
