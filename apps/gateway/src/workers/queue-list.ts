import { Inject, Injectable } from '@nestjs/common';
import { type Queue, stepQueue } from '#libs/contracts';
import { type Transport, TRANSPORT } from '#libs/messaging';
import { LiveFeed } from '../live/live-feed.js';

const depthsMs = 900;

/** Step queues: what owners and workers say of them, with the broker's own count beside it. */
@Injectable()
export class QueueList {
  private latest: { at: number; depths: Promise<ReadonlyMap<string, number>> } | undefined;

  constructor(
    private readonly feed: LiveFeed,
    @Inject(TRANSPORT) private readonly transport: Transport,
  ) {}

  async list(): Promise<Queue[]> {
    const workers = this.feed.registry.announcements(Date.now());
    const known = this.feed.board.list(workers, new Map());
    return known.length === 0 ? [] : this.feed.board.list(workers, await this.depths(known));
  }

  /** Asked of the broker at most once in 0.9 s; a broker that is away simply has no answer. */
  private depths(queues: readonly Queue[]): Promise<ReadonlyMap<string, number>> {
    const now = Date.now();
    if (this.latest && now - this.latest.at < depthsMs) return this.latest.depths;
    const depths = this.transport.state === 'connected' ? this.ask(queues) : Promise.resolve(new Map<string, number>());
    this.latest = { at: now, depths };
    return depths;
  }

  private async ask(queues: readonly Queue[]): Promise<ReadonlyMap<string, number>> {
    const entries = await Promise.all(
      queues.map(async ({ queue, task }) => {
        const depth = await this.transport.queueDepth(stepQueue(queue, task)).catch(() => undefined);
        return depth ? ([[`${queue}.${task}`, depth.ready]] as const) : [];
      }),
    );
    return new Map(entries.flat());
  }
}
