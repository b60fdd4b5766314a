import { Injectable } from '@nestjs/common';
import type { Instance, Step, WaitingFor } from '#libs/contracts';
import { type InstanceId, type InstanceView, type Plan, type StepStatus } from '#libs/engine';
import { type InstanceHead, InstanceQueries } from '#libs/persistence';
import { PlanCache } from '../definitions/plan-cache.js';
import { ApiProblem } from '../http/api-problem.js';
import { LiveFeed } from '../live/live-feed.js';
import { InstanceViews } from './instance-views.js';
import { toInstance } from './present-instance.js';
import { type StepFactsNow, stepsNow, toStep, toStepSummary } from './step-rows.js';
import { pendingReason } from './wait-reason.js';

/** Open steps told in `waitingFor`. */
const maxReasons = 100;

interface Folded {
  readonly plan: Plan | undefined;
  readonly view: InstanceView;
  readonly facts: StepFactsNow;
}

/** One instance as the API shows it: head, steps folded from the audit log, and what workers say of them now. */
@Injectable()
export class InstanceReader {
  constructor(
    private readonly queries: InstanceQueries,
    private readonly views: InstanceViews,
    private readonly plans: PlanCache,
    private readonly feed: LiveFeed,
  ) {}

  /** @throws ApiProblem INSTANCE_NOT_FOUND */
  async head(id: string): Promise<InstanceHead> {
    const head = await this.queries.get(id.toLowerCase());
    if (head) return head;
    throw new ApiProblem('INSTANCE_NOT_FOUND', `expected the id of an instance, but there is none with ${id}`);
  }

  async instance(id: string): Promise<Instance> {
    return this.present(await this.head(id));
  }

  async present(head: InstanceHead): Promise<Instance> {
    const { plan, view, facts } = await this.fold(head);
    const all = stepsNow(plan, view, facts);
    const open = all.flatMap(({ path, reason }): WaitingFor[] => (reason ? [{ path, ...reason }] : []));
    const waitingFor =
      head.status === 'pending' && open.length === 0 ? [pendingReason(head, Date.now())] : open.slice(0, maxReasons);
    return toInstance(head, {
      steps: all.map((step) => toStepSummary(step, plan)),
      waitingFor,
      parentStep: null,
      restartOf: null,
      restartedAs: [],
      children: [],
      pausedAt: null,
      keptEvents: 0,
    });
  }

  async steps(
    id: string,
    filter: { under?: string; statuses?: readonly StepStatus[]; withData: boolean },
  ): Promise<{ items: Step[]; seq: number }> {
    const { plan, view, facts } = await this.fold(await this.head(id));
    const { under, statuses, withData } = filter;
    const items = stepsNow(plan, view, facts)
      .filter(({ path }) => under === undefined || path === under || path.startsWith(`${under}/`))
      .map((step) => toStep(step, plan, withData))
      .filter(({ status }) => statuses === undefined || statuses.includes(status));
    return { items, seq: view.seq };
  }

  private async fold(head: InstanceHead): Promise<Folded> {
    const nowMs = Date.now();
    const { registry } = this.feed;
    const [compiled, view] = await Promise.all([
      this.plans.get(head.definition, head.version),
      this.views.get(head.id as InstanceId),
    ]);
    const facts: StepFactsNow = {
      running: registry.running(head.id, nowMs),
      isServed: (task, queue) => registry.isServed(task, nowMs, queue),
    };
    return { plan: compiled?.plan, view, facts };
  }
}
