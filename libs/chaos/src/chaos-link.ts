import { type ChaosOrder, chaosQueue, type ChaosService, controlSchema, defaultTenant, exchanges } from '#libs/contracts';
import {
  controlQueueSpec,
  decodeEnvelope,
  type Delivery,
  type OutgoingMessage,
  type QueueSpec,
  type Transport,
} from '#libs/messaging';
import type { ChaosAgent } from './chaos-agent.js';

const presenceMs = 2_000;
const tickMs = 250;
/** Silent for longer: gone. */
const goneMs = 3 * presenceMs + 500;

/** Where services put the faults they have injected. */
export const chaosQueueSpec: QueueSpec = { name: chaosQueue, life: 'shared', bindings: [] };

/** Connects an agent to the others: hears which run is on, tells that it is here, and keeps its clock. Its own messages are never hit. */
export class ChaosLink {
  private readonly seen = new Map<string, { readonly service: ChaosService; readonly atMs: number }>();
  private readonly timers: NodeJS.Timeout[] = [];
  private isConsuming = false;
  private isTicking = false;

  constructor(
    private readonly agent: ChaosAgent,
    private readonly warn: (message: string) => void,
  ) {}

  start(): void {
    this.timers.push(
      setInterval(() => void this.tick(), tickMs),
      setInterval(() => void this.tell(), presenceMs),
    );
    for (const timer of this.timers) timer.unref();
    void this.tell();
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.agent.stop();
  }

  /** Services with chaos allowed that were heard of in the last seconds. */
  services(): ChaosService[] {
    const since = performance.now() - goneMs;
    const present = [...this.seen.values()].filter(({ atMs }) => atMs >= since).map(({ service }) => service);
    return present.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Tells everybody what is on. */
  async order(order: Pick<ChaosOrder, 'run' | 'now'>): Promise<void> {
    this.agent.hear(order);
    await this.send({ kind: 'chaos', ...order });
  }

  /** Ends all faults before anybody has asked the database, which may be what is cut. */
  end(): Promise<void> {
    return this.order({ run: null, now: Math.ceil(this.agent.now) });
  }

  private async tick(): Promise<void> {
    if (this.isTicking) return;
    this.isTicking = true;
    try {
      await this.listen();
      await this.agent.tick();
    } catch (error) {
      this.warn(`chaos mode: ${String(error)}`);
    } finally {
      this.isTicking = false;
    }
  }

  private tell(): Promise<void> {
    return this.send({ kind: 'chaosService', service: this.agent.service });
  }

  private async send(content: object): Promise<void> {
    const { transport } = this.agent;
    if (transport?.state !== 'connected') return;
    const message: OutgoingMessage = {
      exchange: exchanges.control,
      routingKey: '',
      persistent: false,
      content: Buffer.from(JSON.stringify({ v: 1, tenant: defaultTenant, ...content })),
    };
    await transport.publish([message]).catch(() => undefined); // told again soon
  }

  /** Consumes, once there is a connection; after a loss again. */
  private async listen(): Promise<void> {
    const { transport } = this.agent;
    if (this.isConsuming || transport?.state !== 'connected') return;
    this.isConsuming = true;
    try {
      await this.consume(transport);
    } catch (error) {
      this.isConsuming = false;
      this.warn(`chaos mode cannot be heard of yet: ${String(error)}`);
    }
  }

  private async consume(transport: Transport): Promise<void> {
    const spec = controlQueueSpec(`chaos.${this.agent.id}`);
    await transport.declareQueue(spec);
    const onLost = (): void => void (this.isConsuming = false);
    await transport.consume(spec.name, { prefetch: 100, restore: false, onDelivery: (each) => this.hear(each), onLost });
  }

  private hear(delivery: Delivery): void {
    delivery.settle('ack');
    if (!delivery.content.includes('"kind":"chaos')) return; // announcements of workers come here, too
    const decoded = decodeEnvelope(delivery.content, controlSchema);
    if (!decoded.ok) return;
    if (decoded.value.kind === 'chaos') this.agent.hear(decoded.value);
    else if (decoded.value.kind === 'chaosService') {
      const { service } = decoded.value;
      this.seen.set(service.id, { service, atMs: performance.now() });
    }
  }
}
