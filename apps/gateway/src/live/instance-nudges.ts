import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { InstanceQueries } from '#libs/persistence';
import { LiveFeed } from './live-feed.js';

const pollMs = 1_000;

export interface Watcher {
  readonly nudge: () => void;
  /** Nothing more can come by itself: not looked up any more. */
  readonly isComplete: () => boolean;
  readonly seq: () => number;
}

/**
 * Tells streams that something may be new: by the owners' heads and ends and the workers' announcements at once, and by one look at the
 * heads of all instances that are watched and have not ended, once a second, for what got lost on the way.
 */
@Injectable()
export class InstanceNudges implements OnApplicationShutdown {
  private readonly watchers = new Map<string, Set<Watcher>>();
  private ears: readonly (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isPolling = false;

  constructor(
    private readonly feed: LiveFeed,
    private readonly queries: InstanceQueries,
  ) {}

  onApplicationShutdown(): void {
    this.stop();
  }

  /** @returns the function that ends it */
  watch(id: string, watcher: Watcher): () => void {
    this.watchers.set(id, (this.watchers.get(id) ?? new Set()).add(watcher));
    if (this.timer === undefined) this.begin();
    return () => this.unwatch(id, watcher);
  }

  private unwatch(id: string, watcher: Watcher): void {
    const own = this.watchers.get(id);
    own?.delete(watcher);
    if (own?.size === 0) this.watchers.delete(id);
    if (this.watchers.size === 0) this.stop();
  }

  private begin(): void {
    this.timer = setInterval(() => void this.poll(), pollMs);
    const { heads, ends, workers } = this.feed;
    const changed = heads.add({ hear: (all) => all.forEach(({ id }) => this.nudge(id)), missed: () => this.nudgeAll() });
    this.ears = [
      changed.stop,
      ends.add((ids) => ids.forEach((id) => this.nudge(id))),
      workers.add(({ instances }) => instances.forEach((id) => this.nudge(id))),
    ];
    // What came between the first reading of a stream and the first message is read at once.
    void changed.ready.then(() => this.nudgeAll());
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    for (const end of this.ears) end();
    this.ears = [];
  }

  private nudgeAll(): void {
    for (const id of [...this.watchers.keys()]) this.nudge(id);
  }

  private nudge(id: string): void {
    for (const watcher of this.watchers.get(id) ?? []) watcher.nudge();
  }

  private async poll(): Promise<void> {
    const open = [...this.watchers].filter(([, own]) => [...own].some((watcher) => !watcher.isComplete())).map(([id]) => id);
    if (this.isPolling || open.length === 0) return;
    this.isPolling = true;
    try {
      for (const { id, seq } of await this.queries.byIds(open)) {
        for (const watcher of this.watchers.get(id) ?? []) if (watcher.seq() !== seq) watcher.nudge();
      }
    } catch {
      // The database is away; the next look comes in a second.
    } finally {
      this.isPolling = false;
    }
  }
}
