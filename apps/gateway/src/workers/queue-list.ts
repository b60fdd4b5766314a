import { Inject, Injectable } from '@nestjs/common';
import { type Queue, stepQueue } from '#libs/contracts';
import { type Transport, TRANSPORT } from '#libs/messaging';
import { LaneSettings } from '../lanes/lane-settings.js';
import { toQueueSettings } from '../lanes/present-lane.js';
import { LiveFeed } from '../live/live-feed.js';
import type { QueueFigures } from './queue-board.js';

const depthsMs = 900;

/** Step queues: what owners and workers say of them, with the broker's own count beside it. */
@Injectable()
export class QueueList {
  private latest: { at: number; depths: Promise<ReadonlyMap<string, number>> } | undefined;

  constructor(
    private readonly feed: LiveFeed,
    private readonly lanes: LaneSettings,
    @Inject(TRANSPORT) private readonly transport: Transport,
  ) {}

  async list(): Promise<Queue[]> {
    const workers = this.feed.registry.announcements(Date.now());
    const known = this.feed.board.list(workers, new Map());
    if (known.length === 0) return [];
    const [depths, rows] = await Promise.all([this.depths(known), this.lanes.rows()]);
    return this.feed.board.list(workers, depths).map((figures) => {
      const row = rows.get(`queue ${figures.queue}`);
      const inUse = this.feed.board.inUse('queue', figures.queue);
      return { ...figures, settings: row ? toQueueSettings(row) : null, inUse, limit: row?.concurrency ?? null };
    });
  }

  /** Asked of the broker at most once in 0.9 s; a broker that is away simply has no answer. */
  private depths(queues: readonly QueueFigures[]): Promise<ReadonlyMap<string, number>> {
    const now = Date.now();
    if (this.latest && now - this.latest.at < depthsMs) return this.latest.depths;
    const depths = this.transport.state === 'connected' ? this.ask(queues) : Promise.resolve(new Map<string, number>());
    this.latest = { at: now, depths };
    return depths;
  }

  private async ask(queues: readonly QueueFigures[]): Promise<ReadonlyMap<string, number>> {
    const entries = await Promise.all(
      queues.map(async ({ queue, task }) => {
        const depth = await this.transport.queueDepth(stepQueue(queue, task)).catch(() => undefined);
        return depth ? ([[`${queue}.${task}`, depth.ready]] as const) : [];
      }),
    );
    return new Map(entries.flat());
  }
}
