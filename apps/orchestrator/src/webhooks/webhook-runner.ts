import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { FeedQueries, WebhookQueue, type WebhookRow } from '#libs/persistence';
import { CONFIG, type Config, crashPoint } from '#libs/platform';
import { Incidents } from '../incidents/incidents.js';
import { OrchestratorMetrics } from '../metrics/orchestrator-metrics.js';
import { Receiver } from './receiver.js';
import { WebhookFiller } from './webhook-filler.js';
import { attemptsAtOnce, type LineServices, WebhookLine } from './webhook-line.js';

const fillEveryMs = 250;
const lookEveryMs = 1_000;
const renewEveryMs = 3_000;
/** Deliveries of one webhook that may wait; beyond that the feed keeps the rest. */
const waitingAtMost = 10_000;
const stopWithinMs = 5_000;

/** Works on webhooks: whoever holds the lease of one fills its deliveries and makes them; an orchestrator that dies is followed by another. */
@Injectable()
export class WebhookRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(WebhookRunner.name);
  private readonly lines = new Map<string, WebhookLine>();
  private readonly filler: WebhookFiller;
  private readonly timers: NodeJS.Timeout[] = [];
  /** Attempts that may still begin, of all webhooks of the process. */
  private places: number;
  private renewedAtMs = -Infinity;
  private looking: Promise<void> | undefined;
  private filling: Promise<void> | undefined;
  private isStopping = false;

  constructor(
    private readonly queue: WebhookQueue,
    feed: FeedQueries,
    private readonly incidents: Incidents,
    private readonly metrics: OrchestratorMetrics,
    @Inject(CONFIG) private readonly config: Pick<Config, 'nodeId' | 'topology' | 'httpAllowPrivate' | 'webhookAttempts'>,
  ) {
    this.places = config.webhookAttempts;
    const onMissed = (line: WebhookLine, what: string): void => this.missed(line, what);
    this.filler = new WebhookFiller({ feed, queue, topology: config.topology, onMissed });
  }

  onApplicationBootstrap(): void {
    this.timers.push(
      setInterval(() => this.look(), lookEveryMs),
      setInterval(() => this.fill(), fillEveryMs),
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all([this.looking, this.filling]);
    const ids = [...this.lines.keys()];
    await Promise.all([...this.lines.values()].map((line) => line.stop(stopWithinMs)));
    await this.queue.release(this.config.nodeId, ids).catch(() => undefined);
  }

  /** Leases, and what is due by now; rounds never overlap. */
  private look(): void {
    this.looking ??= this.lookOnce()
      .catch((error: unknown) => this.logger.warn(`webhooks: ${String(error)}`))
      .finally(() => (this.looking = undefined));
  }

  private fill(): void {
    if (this.lines.size === 0 || this.isStopping) return;
    this.filling ??= this.filler
      .fill([...this.lines.values()])
      .catch((error: unknown) => this.logger.warn(`webhooks could not be filled: ${String(error)}`))
      .finally(() => (this.filling = undefined));
  }

  private async lookOnce(): Promise<void> {
    if (this.isStopping) return;
    const nowMs = performance.now();
    if (nowMs - this.renewedAtMs >= renewEveryMs) {
      this.renewedAtMs = nowMs;
      await this.renew();
    }
    for (const webhook of await this.queue.claim(this.config.nodeId, this.lines.size)) await this.take(webhook);
    const ids = [...this.lines.keys()];
    if (ids.length === 0) return;
    const waiting = await this.queue.waiting(ids, waitingAtMost);
    for (const [id, line] of this.lines) line.room = waitingAtMost - (waiting.get(id) ?? 0);
    for (const id of await this.queue.withDue(ids)) this.lines.get(id)?.nudge();
  }

  private async renew(): Promise<void> {
    const { nodeId } = this.config;
    const ids = [...this.lines.keys()];
    if (ids.length === 0) return;
    const { webhooks, share } = await this.queue.renew(nodeId, ids);
    const kept = new Map(webhooks.slice(0, share).map((webhook) => [webhook.id, webhook]));
    const left = ids.filter((id) => !kept.has(id));
    await Promise.all(left.map((id) => this.leave(id)));
    await this.queue.release(nodeId, left); // more than our share, or not ours any more
    for (const [id, webhook] of kept) this.lines.get(id)!.webhook = webhook;
  }

  private async take(webhook: WebhookRow): Promise<void> {
    crashPoint('webhook.claimed');
    const receiver = new Receiver({ allowPrivate: this.config.httpAllowPrivate }, attemptsAtOnce);
    const line = new WebhookLine(webhook, receiver, this.lineServices());
    for (const { partition, topology, batchNo, place, seq } of await this.queue.cursors([webhook.id]))
      line.cursors.set(`${topology}.${partition}`, { topology, batchNo, place, seq });
    this.lines.set(webhook.id, line);
    line.nudge();
  }

  private async leave(id: string): Promise<void> {
    const line = this.lines.get(id);
    this.lines.delete(id);
    await line?.stop(stopWithinMs);
  }

  private lineServices(): LineServices {
    return {
      queue: this.queue,
      takePlace: () => {
        if (this.places === 0) return false;
        this.places -= 1;
        return true;
      },
      freePlace: () => (this.places += 1),
      onDisabled: (line, note) => void this.disable(line, note),
      onResult: (status) => this.metrics.attempted(status),
      onTrouble: ({ webhook }, error) => this.logger.warn(`webhook ${webhook.name}: ${String(error)}`),
    };
  }

  private async disable({ webhook: { id, name } }: WebhookLine, note: string): Promise<void> {
    const line = this.lines.get(id);
    if (line === undefined) return; // told already
    this.lines.delete(id);
    try {
      await this.queue.disable(id, note);
      this.incidents.webhookDisabled(name, note);
      await line.stop(stopWithinMs);
    } catch (error) {
      this.logger.warn(`webhook ${name} could not be disabled: ${String(error)}`);
    }
  }

  private missed({ webhook: { id, name } }: WebhookLine, what: string): void {
    this.incidents.webhookMissed(name, what);
    void this.queue.note(id, what).catch(() => undefined);
  }
}
