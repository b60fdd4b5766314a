import { type InstanceDelta, isPlainHeads, liveHeadsSchema } from '#libs/contracts';
import { decodeEnvelope, liveHeadsQueueSpec, type Transport } from '#libs/messaging';
import { BrokerListener } from './broker-listener.js';
import { Listeners } from './listeners.js';

export interface HeadsListener {
  readonly hear: (heads: readonly InstanceDelta[]) => void;
  /** Heads may have changed unheard (the broker was away): whoever shows them reads them again. */
  readonly missed: () => void;
}

export interface Listening {
  /** From now on nothing is missed; at once when there is no broker to hear from. */
  readonly ready: Promise<void>;
  readonly stop: () => void;
}

export interface HeadsFeedOptions {
  readonly transport: Transport;
  /** Of this gateway. */
  readonly id: string;
  readonly onTrouble: (error: unknown) => void;
  /** A listener threw. */
  readonly onError: (error: unknown) => void;
}

/**
 * Heads that changed; conflated by the owners (250 ms). They have a queue only while somebody listens, and owners see by that queue
 * whether heads are worth writing down.
 */
export class HeadsFeed {
  private readonly listeners = new Listeners<readonly InstanceDelta[]>();
  private readonly misses = new Listeners<void>();
  private open: { readonly listener: BrokerListener; readonly ready: Promise<void> } | undefined;
  /** A queue that was just left may not be gone yet. */
  private queues = 0;

  constructor(private readonly options: HeadsFeedOptions) {}

  add({ hear, missed }: HeadsListener): Listening {
    const ends = [this.listeners.add(hear), this.misses.add(missed)];
    const { ready } = (this.open ??= this.begin());
    const stop = (): void => {
      for (const end of ends) end();
      if (this.listeners.isEmpty) void this.close();
    };
    return { ready, stop };
  }

  async close(): Promise<void> {
    const { open } = this;
    this.open = undefined;
    await open?.listener.close();
  }

  private begin(): { listener: BrokerListener; ready: Promise<void> } {
    const { transport, id, onTrouble, onError } = this.options;
    const { promise: ready, resolve } = Promise.withResolvers<void>();
    let isAwaited = true;
    const goOn = (): void => {
      isAwaited = false;
      resolve();
    };
    const listener = new BrokerListener(transport, liveHeadsQueueSpec(`${id}.${++this.queues}`), {
      prefetch: 500,
      onOpen: () => (isAwaited ? goOn() : this.misses.tell(undefined, onError)),
      onTrouble: (error) => {
        goOn(); // it is tried again; who listens reads PostgreSQL meanwhile, and again then
        onTrouble(error);
      },
      onDelivery: (delivery) => {
        delivery.settle('ack');
        const decoded = decodeEnvelope(delivery.content, liveHeadsSchema, isPlainHeads);
        if (decoded.ok) this.listeners.tell(decoded.value.items, onError);
        else onTrouble(decoded.reason);
      },
    });
    listener.open();
    if (transport.state !== 'connected') goOn();
    return { listener, ready };
  }
}
