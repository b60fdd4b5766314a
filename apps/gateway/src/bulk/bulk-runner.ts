import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { bulkFilterSchema, incidentFilterSchema, isIncidentAction } from '#libs/contracts';
import { type BulkJobRow, type BulkProgress, BulkStore } from '#libs/persistence';
import { crashPoint, ROOT_LOGGER, type RootLogger } from '#libs/platform';
import { IncidentChunk } from '../incidents/incident-chunk.js';
import { BulkChunk } from './bulk-chunk.js';

const lookMs = 1_000;
/** Jobs at the same time in one gateway. */
const atOnce = 4;

/** What a job is about: the next of it, and what is done to them. */
export interface Chunk {
  /** By id, those after the position of the job; none: it is done. */
  idsOf(job: BulkJobRow): Promise<readonly string[]>;
  /**
   * @param isMine asked now and then while it lasts
   * @returns undefined when it said no
   */
  act(job: BulkJobRow, ids: readonly string[], isMine: () => Promise<boolean>): Promise<BulkProgress | undefined>;
}

/** Works on bulk jobs. Whoever holds the lease of a job goes on from its position; a gateway that dies is followed by another. */
@Injectable()
export class BulkRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly owner = uuidv7();
  private readonly running = new Set<Promise<void>>();
  private readonly closing = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: BulkStore,
    private readonly instances: BulkChunk,
    private readonly incidents: IncidentChunk,
    @Inject(ROOT_LOGGER) private readonly logger: RootLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.look(), lookMs);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.closing.abort();
    await this.looking;
    await Promise.allSettled(this.running);
    await this.store.release(this.owner).catch(() => undefined);
  }

  /** Is there a job to take up? Asked every second by itself, and at once when one was stored here. */
  look(): void {
    this.looking = this.looking.then(() => this.takeUp());
  }

  private async takeUp(): Promise<void> {
    while (this.running.size < atOnce && !this.closing.signal.aborted) {
      const job = await this.store.claim(this.owner).catch(() => undefined);
      if (job === undefined) return;
      const work = this.run(job)
        // The lease runs out, and the job goes on from its position.
        .catch((error: unknown) =>
          this.logger.warn({ err: error, job: job.id }, 'a bulk job broke off; it will be taken up again'),
        )
        .finally(() => this.running.delete(work));
      this.running.add(work);
    }
  }

  private async run(taken: BulkJobRow): Promise<void> {
    let job: BulkJobRow | undefined = taken;
    while (job !== undefined && !this.closing.signal.aborted) {
      if (job.status === 'stopping') return this.store.end(this.owner, job.id, 'stopped');
      const why = job.unreadable ?? strangeFilter(job);
      if (why !== null) return this.store.fail(this.owner, job.id, { code: 'DATA_UNREADABLE', message: why });
      const startedAt = performance.now();
      const ids = await this.chunkOf(job).idsOf(job);
      if (ids.length === 0) return this.store.end(this.owner, job.id, 'completed');
      job = await this.step(job, ids);
      await this.holdRate(taken.perSecond, ids.length, startedAt);
    }
  }

  /** @returns the job after it, or undefined when it is not ours any more */
  private async step(job: BulkJobRow, ids: readonly string[]): Promise<BulkJobRow | undefined> {
    const isMine = async (): Promise<boolean> =>
      !this.closing.signal.aborted && (await this.store.advance(this.owner, job)) !== undefined;
    const progress = await this.chunkOf(job).act(job, ids, isMine);
    if (progress === undefined) return undefined;
    const next = await this.store.advance(this.owner, job, progress);
    crashPoint('bulk.advanced');
    return next;
  }

  private chunkOf({ action }: BulkJobRow): Chunk {
    return isIncidentAction(action) ? this.incidents : this.instances;
  }

  private async holdRate(perSecond: number, count: number, startedAt: number): Promise<void> {
    const restMs = (count / perSecond) * 1_000 - (performance.now() - startedAt);
    if (restMs > 0) await pause(restMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
  }
}

/** A condition nobody knows would count for nothing, and none at all means everything there is: no job was begun like that. */
function strangeFilter({ action, filter }: BulkJobRow): string | null {
  if (filter === null) return null;
  const known = isIncidentAction(action)
    ? ['group', ...Object.keys(incidentFilterSchema.shape)]
    : Object.keys(bulkFilterSchema.shape);
  const conditions = Object.keys(filter);
  if (conditions.length > 0 && conditions.every((name) => known.includes(name))) return null;
  return 'expected the filter this job was begun with, but it is another one by now: somebody has written over it';
}
