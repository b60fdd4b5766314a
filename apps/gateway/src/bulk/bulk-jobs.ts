import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type BulkBody, type BulkDryRun, type BulkJob, defaultTenant } from '#libs/contracts';
import type { JsonObject } from '#libs/engine';
import { type BulkJobRow, BulkStore, type CappedCount, InstanceQueries, type NewBulkJob, OperatorLog } from '#libs/persistence';
import { contentOf } from '../actions/instance-actions.js';
import { type Act, operatorEntry } from '../actions/operator-entry.js';
import { ApiProblem } from '../http/api-problem.js';
import { toIso, toIsoOrNull } from '../http/times.js';
import { toInstanceFilter } from './bulk-filter.js';
import { BulkRunner } from './bulk-runner.js';

const sampleSize = 20;

/** Bulk jobs as people see them: begun, looked at, stopped. */
@Injectable()
export class BulkJobs {
  constructor(
    private readonly store: BulkStore,
    private readonly queries: InstanceQueries,
    private readonly log: OperatorLog,
    private readonly runner: BulkRunner,
  ) {}

  async dryRun(body: BulkBody): Promise<BulkDryRun> {
    const { filter } = body;
    const total = await this.count(body);
    const sample = filter
      ? (await this.queries.list(toInstanceFilter(filter), { order: 'oldest', limit: sampleSize })).items.map(({ id }) => id)
      : idsOf(body)!.slice(0, sampleSize);
    return { dryRun: true, total: toCount(total), sample: [...sample] };
  }

  /** @param id minted for the request, so that a repeat of it finds its job */
  async start(body: BulkBody, id: string = uuidv7()): Promise<BulkJob> {
    const job = await this.prepare(body, id);
    await this.log.record(operatorEntry(`bulk.${body.action}`, id, body, id), async (manager) => {
      await new BulkStore(manager).insert(job);
      return true;
    });
    this.look();
    return this.get(id, null, 0);
  }

  /** To be inserted together with an entry in the operator log. @param more of what is told to each */
  async prepare(body: BulkBody, id: string, more: { withDefinition?: boolean } = {}): Promise<NewBulkJob> {
    const { action, filter, compensate, by, reason, perSecond } = body;
    return {
      id,
      tenant: defaultTenant,
      action,
      message: contentOf({ type: action, by, reason, ...(action === 'cancel' && { compensate }), ...more }),
      filter: filter === undefined ? null : (filter as JsonObject),
      ids: idsOf(body),
      perSecond,
      total: await this.count(body),
    };
  }

  /** A job was inserted. */
  look(): void {
    this.runner.look();
  }

  /** @throws ApiProblem BULK_NOT_FOUND */
  async get(id: string, after: string | null, limit: number): Promise<BulkJob> {
    const job = await this.store.get(id);
    if (job === undefined) throw new ApiProblem('BULK_NOT_FOUND', `expected the id of a bulk job, but there is none with ${id}`);
    const failures = await this.store.failures(id, after, limit + 1);
    const page = failures.slice(0, limit);
    return {
      ...present(job),
      failures: page.map(({ instanceId, code, message }) => ({ id: instanceId, code, message })),
      next: failures.length > limit ? (page.at(-1)?.instanceId ?? null) : null,
    };
  }

  /** @throws ApiProblem BULK_NOT_FOUND, BULK_ENDED */
  async stop(id: string, act: Act, commandId?: string): Promise<BulkJob> {
    const entry = operatorEntry('bulk.stop', id, act, commandId);
    const isStopped = await this.log.record(entry, async (manager) => (await new BulkStore(manager).stop(id)) || undefined);
    const job = await this.get(id, null, 0);
    if (isStopped) return job;
    throw new ApiProblem('BULK_ENDED', `expected a bulk job that has not ended, but ${id} is ${job.status}`);
  }

  private async count(body: BulkBody): Promise<CappedCount> {
    const { filter } = body;
    return filter ? this.queries.count(toInstanceFilter(filter)) : { count: idsOf(body)!.length, isCapped: false };
  }
}

/** In the order of the job, each once. */
const idsOf = ({ ids }: BulkBody): string[] | null =>
  ids === undefined ? null : [...new Set(ids.map((id) => id.toLowerCase()))].sort();

const toCount = ({ count, isCapped }: CappedCount): BulkJob['total'] => ({ count, atLeast: isCapped });

function present(job: BulkJobRow): Omit<BulkJob, 'failures' | 'next'> {
  const { id, action, status, filter, message, perSecond, total, done, failed, createdAt, endedAt } = job;
  const { by = null, reason = null } = message as { by?: string; reason?: string };
  return {
    ...{ id, status, filter, reason, by, perSecond, done, failed },
    action: action as BulkJob['action'],
    total: toCount(total),
    createdAt: toIso(createdAt),
    endedAt: toIsoOrNull(endedAt),
  };
}
