import type { TopicMessage, Worker } from '#libs/contracts';
import type { WorkerRegistry } from '../workers/worker-registry.js';
import type { LiveFeed } from './live-feed.js';
import type { ListTopic, Outlet } from './topic.js';

/** `workers`: all of them, then those that changed. A worker that falls silent changes without a message: looked at every 2 s. */
export class WorkersTopic implements ListTopic {
  private seq = 0;
  private readonly changed = new Set<string>();
  private readonly removed = new Set<string>();
  private statuses = new Map<string, string>();
  private needsSnapshot = false;
  private end: (() => void) | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly ref: string,
    private readonly registry: WorkerRegistry,
    private readonly news: LiveFeed['workers'],
    private readonly outlet: Outlet,
  ) {}

  start(): Promise<void> {
    this.end = this.news.add(({ workers, removed }) => this.hear(workers, removed));
    this.timer = setInterval(() => this.lookForSilent(), 2_000);
    this.needsSnapshot = !this.outlet.send(this.snapshot());
    return Promise.resolve();
  }

  stop(): void {
    this.end?.();
    clearInterval(this.timer);
  }

  forget(): void {
    this.needsSnapshot = true;
    this.changed.clear();
    this.removed.clear();
  }

  resume(): void {
    if (this.needsSnapshot) this.outlet.listChanged(this);
  }

  take(): Promise<TopicMessage | undefined> {
    if (this.needsSnapshot) {
      this.needsSnapshot = false;
      return Promise.resolve(this.snapshot());
    }
    if (this.changed.size + this.removed.size === 0) return Promise.resolve(undefined);
    const nowMs = Date.now();
    const changed = [...this.changed].flatMap((id) => this.registry.find(id, nowMs) ?? []);
    const removed = [...this.removed];
    this.changed.clear();
    this.removed.clear();
    this.remember(changed);
    return Promise.resolve({ type: 'delta', topic: 'workers', ref: this.ref, seq: ++this.seq, changed, removed });
  }

  private hear(workers: readonly string[], removed: readonly string[]): void {
    if (this.needsSnapshot) return;
    for (const id of workers) this.changed.add(id);
    for (const id of removed) {
      this.changed.delete(id);
      this.removed.add(id);
    }
    this.outlet.listChanged(this);
  }

  private lookForSilent(): void {
    const other = this.registry.list(Date.now()).filter(({ id, status }) => (this.statuses.get(id) ?? status) !== status);
    if (other.length > 0)
      this.hear(
        other.map(({ id }) => id),
        [],
      );
  }

  private snapshot(): TopicMessage {
    const items = this.registry.list(Date.now());
    this.statuses = new Map();
    this.remember(items);
    return { type: 'snapshot', topic: 'workers', ref: this.ref, seq: ++this.seq, items };
  }

  private remember(workers: readonly Worker[]): void {
    for (const { id, status } of workers) this.statuses.set(id, status);
  }
}
