import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type BulkJobRow, BulkStore } from '#libs/persistence';
import { ROOT_LOGGER, type RootLogger } from '#libs/platform';
import { BulkChunk } from './bulk-chunk.js';

const lookMs = 1_000;
/** Jobs at the same time in one gateway. */
const atOnce = 4;

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
    private readonly chunk: BulkChunk,
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
      const startedAt = performance.now();
      const ids = await this.chunk.idsOf(job);
      if (ids.length === 0) return this.store.end(this.owner, job.id, 'completed');
      job = await this.step(job, ids);
      await this.holdRate(taken.perSecond, ids.length, startedAt);
    }
  }

  /** @returns the job after it, or undefined when it is not ours any more */
  private async step(job: BulkJobRow, ids: Awaited<ReturnType<BulkChunk['idsOf']>>): Promise<BulkJobRow | undefined> {
    const isMine = async (): Promise<boolean> =>
      !this.closing.signal.aborted && (await this.store.advance(this.owner, job)) !== undefined;
    const progress = await this.chunk.act(job, ids, isMine);
    return progress && this.store.advance(this.owner, job, progress);
  }

  private async holdRate(perSecond: number, count: number, startedAt: number): Promise<void> {
    const restMs = (count / perSecond) * 1_000 - (performance.now() - startedAt);
    if (restMs > 0) await pause(restMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
  }
}
