import { Inject, Injectable, Logger } from '@nestjs/common';
import { controlSchema } from '#libs/contracts';
import {
  controlQueueSpec,
  decodeEnvelope,
  rollCall,
  TRANSPORT,
  type Consumer,
  type Delivery,
  type Transport,
} from '#libs/messaging';
import { ORCHESTRATOR_OPTIONS, type OrchestratorOptions } from '../tokens.js';
import { WorkerDirectory } from './worker-directory.js';

const retryAfterMs = 1_000;

/** Hears the announcements of workers and keeps the directory; a break in hearing is told to it, for nobody may be judged after one. */
@Injectable()
export class ControlListener {
  private readonly logger = new Logger(ControlListener.name);
  private consumer: Consumer | undefined;
  private listening: Promise<void> | undefined;
  private retry: NodeJS.Timeout | undefined;
  private isStopped = false;
  private unsubscribe: (() => void) | undefined;

  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(ORCHESTRATOR_OPTIONS) private readonly options: OrchestratorOptions,
    private readonly directory: WorkerDirectory,
  ) {}

  /** Does not wait for the broker: without it there is nobody to hear. */
  start(): Promise<void> {
    this.unsubscribe = this.transport.onState((state) => {
      if (state === 'connected') this.listen();
    });
    this.listen();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.unsubscribe?.();
    clearTimeout(this.retry);
    await this.listening;
    await this.consumer?.close().catch(() => undefined);
  }

  /** Whatever ends the consumer (an outage, its channel, its deleted queue): a deaf orchestrator dispatches nothing, so it tries again. */
  private listen(): void {
    clearTimeout(this.retry);
    if (this.isStopped || this.consumer !== undefined || this.listening !== undefined || this.transport.state !== 'connected')
      return;
    this.listening = this.consume()
      .catch((error: unknown) => {
        this.logger.warn(`cannot hear workers: ${String(error)}`);
        this.retry = setTimeout(() => this.listen(), retryAfterMs);
      })
      .finally(() => (this.listening = undefined));
  }

  private async consume(): Promise<void> {
    const spec = controlQueueSpec(`orchestrator.${this.options.nodeId}`);
    await this.transport.declareQueue(spec);
    let isLost = false;
    const consumer = await this.transport.consume(spec.name, {
      prefetch: 1_000,
      restore: false,
      onDelivery: (delivery) => this.hear(delivery),
      onLost: () => {
        isLost = true;
        this.lost();
      },
    });
    if (isLost) throw new Error('the consumer was lost at once');
    this.consumer = consumer;
    this.directory.setListening(performance.now());
    await this.transport.publish([rollCall()]).catch(() => undefined); // else heartbeats tell
  }

  private lost(): void {
    this.consumer = undefined;
    this.directory.setListening(undefined);
    this.retry = setTimeout(() => this.listen(), retryAfterMs);
  }

  private hear(delivery: Delivery): void {
    const decoded = decodeEnvelope(delivery.content, controlSchema);
    if (decoded.ok && decoded.value.kind === 'worker') this.directory.hear(decoded.value, performance.now());
    delivery.settle('ack');
  }
}
