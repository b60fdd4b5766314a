import type { ConsumeOptions, Consumer, Delivery, Settlement, Transport } from '#libs/messaging';
import type { ChaosAgent } from './chaos-agent.js';
import { stepsIn, whereOfDelivery } from './what-is-hit.js';

/** A delivery that is put behind the next one waits for it so long at most, ms. */
const patienceMs = 250;

/** A consumer whose deliveries may come late or in another order, and whose settlements may be late. */
export class ChaosConsumer implements Consumer {
  private readonly held = new Map<Delivery, NodeJS.Timeout | undefined>();
  /** Waits for the one behind it. */
  private overtaken: Delivery | undefined;
  private isOver = false;
  private consumer: Consumer | undefined;

  private constructor(
    private readonly agent: ChaosAgent,
    private readonly options: ConsumeOptions,
  ) {}

  static async open(inner: Transport, agent: ChaosAgent, queue: string, options: ConsumeOptions): Promise<Consumer> {
    const made = new ChaosConsumer(agent, options);
    made.consumer = await inner.consume(queue, {
      ...options,
      onDelivery: (delivery) => made.arrive(delivery),
      onLost: (why) => {
        made.forget();
        options.onLost?.(why);
      },
    });
    return made;
  }

  get queue(): string {
    return this.consumer!.queue;
  }

  async cancel(): Promise<void> {
    this.isOver = true;
    for (const delivery of this.held.keys()) delivery.settle('requeue');
    this.forget();
    await this.consumer!.cancel();
  }

  async close(): Promise<void> {
    this.isOver = true;
    this.forget();
    await this.consumer!.close();
  }

  setPrefetch(prefetch: number): Promise<void> {
    return this.consumer!.setPrefetch(prefetch);
  }

  private arrive(delivery: Delivery): void {
    const { agent } = this;
    if (this.isOver) return delivery.settle('requeue');
    if (agent.inbound.isClosed) {
      this.held.set(delivery, undefined);
      return void agent.inbound.passed().then(() => this.pass(delivery));
    }
    if (!agent.isOn) return this.options.onDelivery(delivery);
    const where = whereOfDelivery(delivery, agent.needsDefinitions);
    const late = agent.hit('delayMessage', where);
    if (late !== undefined) return this.hold(delivery, 'delayMessage', late.ms);
    const { overtaken } = this;
    this.overtaken = undefined;
    if (overtaken === undefined && agent.hit('reorderMessages', where) !== undefined) {
      this.overtaken = delivery;
      return this.hold(delivery, 'reorderMessages', patienceMs);
    }
    this.options.onDelivery(this.slow(delivery));
    if (overtaken !== undefined) this.pass(overtaken);
  }

  private hold(delivery: Delivery, kind: 'delayMessage' | 'reorderMessages', ms: number): void {
    this.agent.record({
      kind,
      target: delivery.queue,
      ms: kind === 'delayMessage' ? ms : null,
      steps: stepsIn(delivery.content),
    });
    this.held.set(
      delivery,
      setTimeout(() => this.pass(delivery), ms),
    );
  }

  /** Hands it on, unless it was given back meanwhile. */
  private pass(delivery: Delivery): void {
    if (!this.held.has(delivery)) return;
    clearTimeout(this.held.get(delivery));
    this.held.delete(delivery);
    if (this.overtaken === delivery) this.overtaken = undefined;
    this.options.onDelivery(this.slow(delivery));
  }

  /** What came through a lost consumer comes again. */
  private forget(): void {
    for (const timer of this.held.values()) clearTimeout(timer);
    this.held.clear();
    this.overtaken = undefined;
  }

  /** Its settlement waits while nothing leaves. */
  private slow(delivery: Delivery): Delivery {
    const { outbound } = this.agent;
    const settle = (settlement: Settlement): void => {
      if (outbound.isClosed) void outbound.passed().then(() => delivery.settle(settlement));
      else delivery.settle(settlement);
    };
    return Object.create(delivery, { settle: { value: settle } }) as Delivery;
  }
}
