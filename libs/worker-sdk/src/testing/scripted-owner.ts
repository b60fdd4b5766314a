import {
  controlSchema,
  type Abort,
  exchanges,
  partitionEnvelopeSchema,
  type PartitionItem,
  type StepCommand,
  stepKey,
  type WorkerAnnouncement,
  workerQueue,
} from '#libs/contracts';
import {
  controlQueueSpec,
  type Delivery,
  encodeEnvelope,
  partitionQueueSpec,
  stepQueueSpec,
  type Transport,
} from '#libs/messaging';

type Kind = PartitionItem['kind'];
export type ItemOf<K extends Kind> = Extract<PartitionItem, { kind: K }>;

export const instanceId = '0191e3b4-8c5a-7cc0-8c3e-3e2f6f1f2a3b';

/** A step command with sensible values. */
export const command = (rest: Partial<StepCommand> = {}): StepCommand => ({
  instanceId,
  partition: 0,
  token: 1,
  path: 'a',
  attempt: 1,
  task: 'echo',
  queue: 'default',
  input: { n: 1 },
  idempotencyKey: `${instanceId}:a`,
  timeoutMs: 60_000,
  claimed: false,
  delivery: 1,
  definition: 'test',
  version: '1.0.0',
  ...rest,
});

/** Commands with tokens 1 … n. */
export const commands = (count: number, rest: Partial<StepCommand> = {}): StepCommand[] =>
  Array.from({ length: count }, (_, index) => command({ token: index + 1, path: `s${index + 1}`, ...rest }));

/** The orchestrator's side of the wire, as a test wants it: queues, commands, and everything the worker said. */
export class ScriptedOwner {
  readonly items: PartitionItem[] = [];
  /** Items of each message, as they travelled together. */
  readonly messages: PartitionItem[][] = [];
  readonly announcements: WorkerAnnouncement[] = [];
  private readonly waiters = new Set<() => void>();

  constructor(private readonly transport: Transport) {}

  /** Called with everything a partition's queue brought. */
  onItem: (item: PartitionItem) => void = () => undefined;

  /** Declares and consumes the partitions' queues, and those of the tasks. */
  async open(tasks: readonly string[], partitions: readonly number[] = [0]): Promise<void> {
    await this.transport.connect();
    await this.transport.declareExchanges();
    for (const partition of partitions) await this.openPartition(partition);
    for (const task of tasks) await this.declare(task);
    await this.transport.declareQueue(controlQueueSpec('owner'));
    await this.transport.consume('orquestra.control.owner', {
      prefetch: 100,
      onDelivery: (delivery) => this.onControl(delivery),
    });
  }

  async openPartition(partition: number): Promise<void> {
    const spec = partitionQueueSpec(1, partition);
    await this.transport.declareQueue(spec);
    await this.transport.consume(spec.name, { prefetch: 500, onDelivery: (delivery) => this.onPartition(delivery) });
  }

  async declare(task: string, queue = 'default'): Promise<void> {
    await this.transport.declareQueue(stepQueueSpec(queue, task));
  }

  async send(items: readonly StepCommand[]): Promise<void> {
    const { queue, task } = items[0]!;
    await this.publish(exchanges.steps, stepKey(queue, task), { v: 1, tenant: 'main', kind: 'steps', items });
  }

  async sendBound(workerId: string, items: readonly StepCommand[]): Promise<void> {
    await this.publish('', workerQueue(workerId), { v: 1, tenant: 'main', kind: 'steps', items });
  }

  async answerClaim(workerId: string, token: number, granted: boolean): Promise<void> {
    await this.publish('', workerQueue(workerId), {
      v: 1,
      tenant: 'main',
      kind: 'claimAnswers',
      items: [{ instanceId, token, granted }],
    });
  }

  /** Anything on `orquestra.control`. */
  async tell(content: object): Promise<void> {
    await this.publish(exchanges.control, '', { v: 1, tenant: 'main', ...content });
  }

  async abort(token: number, reason: Abort['items'][number]['reason'] = 'cancelled'): Promise<void> {
    await this.publish(exchanges.control, '', {
      v: 1,
      tenant: 'main',
      kind: 'abort',
      items: [{ instanceId, path: 'a', token, reason }],
    });
  }

  of<K extends Kind>(kind: K): ItemOf<K>[] {
    return this.items.filter((item): item is ItemOf<K> => item.kind === kind);
  }

  /** Resolves when there are so many items of a kind; rejects when they do not come. */
  async received<K extends Kind>(kind: K, count = 1): Promise<ItemOf<K>[]> {
    await this.until(() => this.of(kind).length >= count, `${count} × ${kind}`);
    return this.of(kind);
  }

  /** Resolves when something true was received. */
  until(isTrue: () => boolean, what: string, withinMs = 4_000): Promise<void> {
    if (isTrue()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const tooLate = setTimeout(() => reject(new Error(`expected ${what}, but had ${JSON.stringify(this.items)}`)), withinMs);
      const look = (): void => {
        if (!isTrue()) return;
        clearTimeout(tooLate);
        this.waiters.delete(look);
        resolve();
      };
      this.waiters.add(look);
    });
  }

  private async publish(exchange: string, routingKey: string, envelope: unknown): Promise<void> {
    const [outcome] = await this.transport.publish([
      { exchange, routingKey, mandatory: true, content: encodeEnvelope(envelope) },
    ]);
    if (outcome !== 'confirmed') throw new Error(`expected ${routingKey} to take a message, but it was ${outcome}`);
  }

  private onPartition(delivery: Delivery): void {
    const { items } = partitionEnvelopeSchema.parse(JSON.parse(delivery.content.toString()));
    this.messages.push(items);
    this.items.push(...items);
    items.forEach((item) => this.onItem(item));
    delivery.settle('ack');
    this.look();
  }

  private onControl(delivery: Delivery): void {
    const message = controlSchema.parse(JSON.parse(delivery.content.toString()));
    if (message.kind === 'worker') this.announcements.push(message);
    delivery.settle('ack');
    this.look();
  }

  private look(): void {
    for (const waiter of [...this.waiters]) waiter();
  }
}
