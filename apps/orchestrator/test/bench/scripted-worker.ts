import { v7 as uuidv7 } from 'uuid';
import {
  exchanges,
  partitionKey,
  stepEnvelopeSchema,
  stepQueue,
  workerQueue,
  type StepCommand,
  type WorkerAnnouncement,
} from '#libs/contracts';
import { decodeEnvelope, workerQueueSpec, type Delivery, type Transport } from '#libs/messaging';

/** What to do with a command: an output completes it, `undefined` keeps it (the test answers later, or never). */
export type Script = (command: StepCommand) => unknown;

const heartbeatMs = 300;
const lookMs = 20;

/** What a worker says of itself beside what it serves. */
export type Facts = Partial<Pick<WorkerAnnouncement, 'id' | 'labels' | 'freeSlots' | 'memory' | 'status'>>;

/** A worker without handlers: it announces itself, takes commands, and does with each what the test says. */
export class ScriptedWorker {
  readonly id: string;
  /** Told with the next announcement. */
  facts: Facts;
  /** Every command received, in order; repeats included. */
  readonly received: StepCommand[] = [];
  private readonly held = new Map<string, StepCommand>();
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly waiting = new Set<() => void>();
  private readonly consumed = new Set<string>();

  constructor(
    private readonly transport: Transport,
    private readonly script: Script,
    private readonly lanes: readonly { queue: string; task: string }[] = [{ queue: 'default', task: 'work' }],
    private readonly concurrency = 50,
    facts: Facts = {},
  ) {
    this.id = facts.id ?? `worker-${uuidv7()}`;
    this.facts = facts;
  }

  async start(): Promise<this> {
    await this.transport.declareQueue(workerQueueSpec(this.id));
    await this.transport.consume(workerQueue(this.id), { prefetch: 500, onDelivery: (delivery) => this.takeBound(delivery) });
    this.announce();
    this.timers.push(
      setInterval(() => this.announce(), heartbeatMs),
      setInterval(() => void this.look().catch(() => undefined), lookMs),
    );
    return this;
  }

  /** As kill -9: nothing more is said or done; what it held stays with a consumer that no longer exists. */
  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  /** Its connection ends. */
  leave(): Promise<void> {
    return this.transport.close();
  }

  /** It no longer lists the command, as if its completion had been lost on the way. */
  forget({ token, instanceId }: StepCommand): void {
    this.held.delete(`${instanceId}/${token}`);
  }

  /** Resolves when `count` commands have been received. */
  async receives(count: number): Promise<StepCommand[]> {
    while (this.received.length < count) await new Promise<void>((resolve) => this.waiting.add(resolve));
    return this.received;
  }

  async complete(command: StepCommand, output: unknown = null): Promise<void> {
    this.forget(command);
    const { instanceId, path, token } = command;
    await this.tell(command, { kind: 'completed', instanceId, path, token, output, worker: this.id, startedAt: Date.now() });
  }

  async claim({ instanceId, path, token, partition }: StepCommand): Promise<void> {
    await this.tell({ partition }, { kind: 'claim', instanceId, path, token, claimant: this.id });
  }

  /** Any item, as it is. */
  async tell({ partition }: { partition: number }, ...items: object[]): Promise<void> {
    const content = Buffer.from(JSON.stringify({ v: 1, tenant: 'main', kind: 'partition', items }));
    await this.transport.publish([
      { exchange: exchanges.partitions, routingKey: partitionKey(partition), content, mandatory: true },
    ]);
  }

  /** Hands a command back unrun. */
  async handBack(command: StepCommand): Promise<void> {
    this.forget(command);
    const { instanceId, path, token, queue, task, delivery } = command;
    await this.tell(command, { kind: 'returned', instanceId, path, token, queue, task, delivery, worker: this.id });
  }

  /** Queues are declared by orchestrators: it consumes those that are there, and again those that were made anew. */
  private async look(): Promise<void> {
    for (const { queue, task } of this.lanes) {
      const name = stepQueue(queue, task);
      if (this.consumed.has(name) || this.transport.state !== 'connected') continue;
      this.consumed.add(name);
      await this.transport
        .consume(name, {
          prefetch: 500,
          restore: false,
          onDelivery: (delivery) => this.take(delivery),
          onLost: () => this.consumed.delete(name),
        })
        .catch(() => this.consumed.delete(name));
    }
  }

  /** Of its own queue: commands, and answers to its claims, which the tests look for elsewhere. */
  private takeBound(delivery: Delivery): void {
    if (decodeEnvelope(delivery.content, stepEnvelopeSchema).ok) this.take(delivery);
    else delivery.settle('ack');
  }

  private take(delivery: Delivery): void {
    const decoded = decodeEnvelope(delivery.content, stepEnvelopeSchema);
    delivery.settle('ack');
    if (!decoded.ok) throw new Error(decoded.reason);
    for (const command of decoded.value.items) {
      this.received.push(command);
      this.held.set(`${command.instanceId}/${command.token}`, command);
      const output = this.script(command);
      if (output !== undefined) void this.complete(command, output);
    }
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }

  announce(): void {
    if (this.transport.state !== 'connected') return;
    const { id, concurrency } = this;
    const held = [...this.held.values()].map(({ instanceId, path, token, partition }) => ({
      instanceId,
      path,
      token,
      partition,
      startedAt: Date.now(),
    }));
    const facts = {
      id,
      session: id,
      version: '1.0.0',
      host: 'test',
      pid: 1,
      labels: {},
      status: 'active',
      concurrency,
      ...this.facts,
    };
    const handlers = this.lanes.map((lane) => ({ ...lane, concurrency }));
    const counts = { running: held.length, startedAt: 0, heartbeatMs, finished: 0, meanMs: {}, handlers, held };
    const content = Buffer.from(JSON.stringify({ v: 1, tenant: 'main', kind: 'worker', ...facts, ...counts }));
    void this.transport.publish([{ exchange: exchanges.control, routingKey: '', content }]);
  }
}
