import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { type HeldStep, stepQueue, type WorkerAnnouncement } from '#libs/contracts';
import { controlQueueSpec, type Delivery, type QueueSpec, type Transport, workerQueueSpec } from '#libs/messaging';
import { crashPoint } from '#libs/platform';
import type { TaskRegistry } from '../handlers/task-registry.js';
import { decodeControl } from '../wire/decode.js';
import { Announcer, usualHeartbeatMs } from './announcer.js';
import { type Clock, systemClock } from './clock.js';
import { drain, type DrainReport, handBackWhatWaits } from './drain.js';
import { Subscription } from './subscription.js';
import { WorkerCore } from './worker-core.js';

export interface WorkerOptions {
  /** Unique among all workers; names its queue. */
  readonly id: string;
  readonly transport: Transport;
  /** Complete: what is registered after the worker was made is not served. */
  readonly registry: TaskRegistry;
  readonly logger: Logger;
  /** Slots: steps at once in all, ≥ 1. Default 100. */
  readonly concurrency?: number;
  /** Memory offered to steps that require some, bytes. Default what the container or the machine has. */
  readonly memoryBytes?: number;
  /** Messages of one task taken before they are done, at most. Default 200. */
  readonly prefetch?: number;
  /** Between two announcements, ms. Default 2,000. */
  readonly heartbeatMs?: number;
  /** Default none. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Of the software that hosts the handlers. */
  readonly version?: string;
  /** How long running handlers may take to end when the worker drains, ms. Default 25,000. */
  readonly graceMs?: number;
  readonly clock?: Clock;
}

/** What a worker is doing, for health and metrics. */
export interface WorkerStats {
  readonly status: WorkerAnnouncement['status'];
  readonly running: number;
  readonly held: number;
  readonly finished: number;
  /** Handlers that run on after their time-out. */
  readonly leaked: number;
  /** Completions, claims and handed-back commands the broker has not confirmed. */
  readonly unconfirmed: number;
  /** Step queues it consumes, of `tasks`. */
  readonly consuming: number;
  readonly tasks: number;
}

const ownPrefetch = 200;
const retryMs = 1_000;
const firstRetryMs = 25;

/** Runs the tasks of a registry: takes step commands from the broker, runs handlers, sends completions. */
export class Worker {
  private readonly clock: Clock;
  private readonly core: WorkerCore;
  private readonly announcer: Announcer;
  /** Its own queue and the control queue come before the announcement: who is announced can be addressed. */
  private readonly own: readonly Subscription[];
  private readonly steps: readonly Subscription[];
  private readonly endings: (() => void)[] = [];
  private draining?: Promise<DrainReport>;

  constructor(private readonly options: WorkerOptions) {
    const { id, transport, registry, logger, concurrency = 100, memoryBytes, prefetch } = options;
    const { labels = {}, version = '0.0.0', heartbeatMs = usualHeartbeatMs } = options;
    const clock = (this.clock = options.clock ?? systemClock);
    const core = (this.core = new WorkerCore({ id, transport, registry, logger, concurrency, memoryBytes, prefetch, clock }));
    const onHeartbeat = (): void => this.steps.forEach((each) => void each.adapt());
    const identity = { id, version, labels };
    this.announcer = new Announcer({
      identity,
      transport,
      held: core.held,
      lanes: core.lanes,
      counts: core.ends,
      clock,
      heartbeatMs,
      onHeartbeat,
    });
    this.own = [
      this.subscribeOwn(workerQueueSpec(id), (delivery) => core.intake.accept(delivery)),
      this.subscribeOwn(controlQueueSpec(id), (delivery) => this.onControl(delivery)),
    ];
    this.steps = core.lanes.all.map(({ handler: { queue, task } }, index) => this.subscribeSteps(stepQueue(queue, task), index));
  }

  /** Begins to serve, at once or as soon as the broker can be reached. Idempotent per connection. */
  async start(): Promise<void> {
    const { transport } = this.options;
    this.endings.push(
      transport.onState((state) => void (state === 'connected' ? this.onConnected() : (this.announcer.session = undefined))),
      this.clock.every(retryMs, () => this.consumeAll()),
    );
    if (transport.state === 'connected') await this.onConnected();
  }

  /** Takes no more work, hands back what has not begun, lets the rest end, tells everybody. Once; later calls get the same promise. */
  drain(): Promise<DrainReport> {
    return (this.draining ??= this.drainOnce());
  }

  /**
   * Takes no new work until told otherwise: hands back what has not begun and lets the rest end, but stays and announces itself as draining.
   * Idempotent; a worker that is ending stays so.
   */
  async setDraining(isDraining: boolean): Promise<void> {
    if (this.draining !== undefined) return;
    this.announcer.status = isDraining ? 'draining' : 'active';
    this.core.intake.isDraining = isDraining;
    if (isDraining) {
      await Promise.all(this.steps.map((each) => each.pause()));
      handBackWhatWaits(this.core);
      await this.announcer.announce();
    } else {
      await this.announcer.announce(); // first, so that orchestrators have our queues declared
      await Promise.all(this.steps.map((each) => each.resume()));
    }
  }

  /**
   * What the death of its process does: everything it holds is let go of without a word, and comes again elsewhere. Handlers are told to stop; what comes of
   * them is nobody's. Nothing can be done with it afterwards.
   */
  async crash(): Promise<void> {
    this.draining ??= Promise.resolve({ abandoned: 0, unconfirmed: 0 });
    for (const end of this.endings.splice(0)) end();
    this.announcer.session = undefined;
    this.announcer.stop();
    this.core.die();
    await Promise.all([...this.own, ...this.steps].map((each) => each.close()));
  }

  /** Steps that are with it, and how many of them it has claimed for itself. */
  holding(): { readonly steps: HeldStep[]; readonly claimed: number } {
    const attempts = [...this.core.held.all()];
    const isOwn = ({ command, phase }: (typeof attempts)[number]): boolean => command.claimed && phase !== 'waiting';
    return { steps: this.core.held.list(), claimed: attempts.filter(isOwn).length };
  }

  stats(): WorkerStats {
    const { lanes, held, ends, runner, sender } = this.core;
    return {
      status: this.announcer.status,
      running: lanes.running,
      held: held.size,
      finished: ends.finished,
      leaked: runner.leaked,
      unconfirmed: sender.outstanding,
      consuming: this.steps.filter((each) => each.isConsuming).length,
      tasks: this.steps.length,
    };
  }

  private async onConnected(): Promise<void> {
    this.core.sender.resume();
    await Promise.all(this.own.map((each) => each.ensure()));
    this.announcer.session = randomUUID();
    await this.announcer.announce();
    crashPoint('worker.announced');
    this.consumeAll();
    this.consumeSoon(firstRetryMs);
  }

  /** An orchestrator that hears the announcement declares what is missing within moments: the regular retry would be late. */
  private consumeSoon(ms: number): void {
    const cancel = this.clock.after(ms, () => {
      this.consumeAll();
      if (ms < retryMs && this.steps.some((each) => !each.isConsuming)) this.consumeSoon(ms * 2);
    });
    this.endings.push(cancel);
  }

  private consumeAll(): void {
    if (this.options.transport.state !== 'connected') return;
    for (const each of [...this.own, ...this.steps]) void each.ensure();
  }

  private async drainOnce(): Promise<DrainReport> {
    const { graceMs = 25_000, logger } = this.options;
    this.announcer.status = 'draining';
    this.core.intake.isDraining = true; // what is still on its way to us goes back
    await Promise.all(this.steps.map((each) => each.cancel()));
    void this.announcer.announce();
    const report = await drain(this.core, this.clock, graceMs);
    crashPoint('drain.idle');
    this.announcer.status = 'stopped';
    for (const end of this.endings.splice(0)) end();
    this.announcer.stop();
    await this.announcer.announce();
    await Promise.all([...this.own, ...this.steps].map((each) => each.close()));
    if (report.abandoned > 0 || report.unconfirmed > 0)
      logger.warn(report, 'the worker stopped with work left; it is done elsewhere');
    return report;
  }

  private onControl(delivery: Delivery): void {
    const message = decodeControl(delivery.content);
    delivery.settle('ack');
    if (message?.ok !== true) return;
    const { value } = message;
    if (value.kind === 'abort') this.core.aborts.apply(value);
    else if (value.kind === 'rollCall') void this.announcer.announce();
    else if (value.kind === 'drain' && value.worker === this.options.id) void this.setDraining(value.isOn);
  }

  private subscribeOwn(spec: QueueSpec, onDelivery: (delivery: Delivery) => void): Subscription {
    const { transport } = this.options;
    const prepare = async (): Promise<boolean> => {
      await transport.declareQueue(spec);
      return true;
    };
    const onLost = (): void => undefined; // nothing that came through it is owed
    return new Subscription(transport, { queue: spec.name, prefetch: () => ownPrefetch, prepare, onDelivery, onLost });
  }

  /** Only orchestrators declare step queues: until they have heard of this worker, there may be nothing to consume. */
  private subscribeSteps(queue: string, lane: number): Subscription {
    const { transport } = this.options;
    return new Subscription(transport, {
      queue,
      prefetch: () => this.core.lanes.all[lane]!.prefetch,
      prepare: async () => (await transport.queueDepth(queue)) !== undefined,
      onDelivery: (delivery, source) => this.core.intake.accept(delivery, source),
      onLost: (source) => this.core.consumerLost(source),
      isOwed: (source) => [...this.core.held.all()].some((attempt) => attempt.envelope.source === source),
    });
  }
}
