import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { controlSchema, liveSchema } from '#libs/contracts';
import {
  controlQueueSpec,
  decodeEnvelope,
  type Delivery,
  liveQueueSpec,
  rollCall,
  type Transport,
  TRANSPORT,
} from '#libs/messaging';
import { CONFIG, type Config, ROOT_LOGGER, type RootLogger } from '#libs/platform';
import { QueueBoard } from '../workers/queue-board.js';
import { type RegistryChange, WorkerRegistry } from '../workers/worker-registry.js';
import { BrokerListener } from './broker-listener.js';
import { HeadsFeed } from './heads-feed.js';
import { Listeners } from './listeners.js';

const pruneMs = 5_000;

/** Everything a gateway hears from orchestrators and workers, decoded once and told on inside the process. */
@Injectable()
export class LiveFeed implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly heads: HeadsFeed;
  /** Instances that have ended; not even read while nobody listens. */
  readonly ends = new Listeners<readonly string[]>();
  readonly workers = new Listeners<RegistryChange & { readonly removed: readonly string[] }>();
  readonly queues = new Listeners<void>();
  readonly registry: WorkerRegistry;
  readonly board = new QueueBoard();
  private readonly listeners: BrokerListener[];
  private pruner: NodeJS.Timeout | undefined;

  constructor(
    @Inject(TRANSPORT) transport: Transport,
    @Inject(CONFIG) config: Config,
    @Inject(ROOT_LOGGER) private readonly logger: RootLogger,
  ) {
    this.registry = new WorkerRegistry(config.workerLostAfter);
    const onTrouble = (error: unknown): void => this.logger.warn({ err: error }, 'live traffic cannot be consumed; trying again');
    const id = `gateway.${config.nodeId}`;
    this.heads = new HeadsFeed({ transport, id, onTrouble, onError: this.onError });
    this.listeners = [
      new BrokerListener(transport, liveQueueSpec(id), {
        prefetch: 500,
        onTrouble,
        onDelivery: (delivery) => this.onLive(delivery),
      }),
      new BrokerListener(transport, controlQueueSpec(id), {
        prefetch: 500,
        onTrouble,
        onDelivery: (delivery) => this.onControl(delivery),
        onOpen: () => void transport.publish([rollCall()]).catch(() => undefined), // else heartbeats tell
      }),
    ];
  }

  onApplicationBootstrap(): void {
    for (const listener of this.listeners) listener.open();
    this.pruner = setInterval(() => this.prune(), pruneMs);
    this.pruner.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.pruner);
    await Promise.all([this.heads, ...this.listeners].map((listener) => listener.close()));
  }

  private onLive(delivery: Delivery): void {
    // Transient and conflated: what cannot be read is dropped, the next message tells newer facts.
    delivery.settle('ack');
    if (delivery.routingKey === 'ends' && this.ends.isEmpty) return;
    const decoded = decodeEnvelope(delivery.content, liveSchema);
    if (!decoded.ok) return this.logger.debug({ reason: decoded.reason }, 'live message dropped');
    if (decoded.value.kind === 'ends') return this.ends.tell(decoded.value.items, this.onError);
    if (decoded.value.kind === 'queues') this.board.hear(decoded.value);
    this.queues.tell(undefined, this.onError);
  }

  private onControl(delivery: Delivery): void {
    delivery.settle('ack');
    const decoded = decodeEnvelope(delivery.content, controlSchema);
    if (!decoded.ok) return this.logger.debug({ reason: decoded.reason }, 'control message dropped');
    if (decoded.value.kind !== 'worker') return;
    const change = this.registry.hear(decoded.value, Date.now());
    this.workers.tell({ ...change, removed: [] }, this.onError);
  }

  private prune(): void {
    const removed = this.registry.prune(Date.now());
    if (removed.length > 0) this.workers.tell({ workers: [], instances: new Set(), removed }, this.onError);
  }

  private readonly onError = (error: unknown): void => this.logger.error({ err: error }, 'a live listener failed');
}
