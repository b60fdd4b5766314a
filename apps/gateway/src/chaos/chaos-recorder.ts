import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap, Optional } from '@nestjs/common';
import { chaosFaultsMessageSchema } from '#libs/contracts';
import { CHAOS_AGENT, type ChaosAgent, chaosQueueSpec } from '#libs/chaos';
import { decodeEnvelope, type Delivery } from '#libs/messaging';
import { ChaosStore, sqlState } from '#libs/persistence';
import { ROOT_LOGGER, type RootLogger } from '#libs/platform';
import { BrokerListener } from '../live/broker-listener.js';

/** A record that the database did not take is tried again after so long, ms. */
const againMs = 500;

/** Writes down the faults that services have injected. Runs beneath the faults: its own messages are never hit. */
@Injectable()
export class ChaosRecorder implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private listener: BrokerListener | undefined;

  constructor(
    private readonly store: ChaosStore,
    @Inject(ROOT_LOGGER) private readonly logger: RootLogger,
    @Optional() @Inject(CHAOS_AGENT) private readonly agent?: ChaosAgent,
  ) {}

  onApplicationBootstrap(): void {
    const transport = this.agent?.transport;
    if (transport === undefined) return;
    this.listener = new BrokerListener(transport, chaosQueueSpec, {
      prefetch: 20,
      onDelivery: (delivery) => void this.take(delivery),
      onTrouble: (error) => this.logger.warn({ err: error }, 'faults cannot be recorded; trying again'),
    });
    this.listener.open();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.listener?.close();
  }

  private async take(delivery: Delivery): Promise<void> {
    const decoded = decodeEnvelope(delivery.content, chaosFaultsMessageSchema);
    if (!decoded.ok) return delivery.settle('deadLetter');
    const { run, service, items } = decoded.value;
    try {
      await this.store.record(run, service, items);
      delivery.settle('ack');
    } catch (error) {
      if (sqlState(error)?.startsWith('22') === true) return delivery.settle('deadLetter'); // no other try would store it
      setTimeout(() => delivery.settle('requeue'), againMs); // the database may be what is cut
    }
  }
}
