import { Logger } from '@nestjs/common';
import { isEnded, type InstanceId } from '#libs/engine';
import { bucketOf, partitionOf, partitionQueue, redriveHeader } from '#libs/contracts';
import {
  hintMessages,
  partitionQueueSpec,
  QueueStuckError,
  type Consumer,
  type Delivery,
  type OutgoingMessage,
  type Settlement,
} from '#libs/messaging';
import { DataFault, JournalCollision, type Lease } from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import type { UnsendableCommand } from '../dispatch/outgoing.js';
import { WorkIndex } from '../dispatch/work-index.js';
import { LaneLimits } from '../lanes/lane-limits.js';
import { PartitionKeys } from '../keys/partition-keys.js';
import { BatchRunner } from './batch-runner.js';
import { dueAtOf } from './batch-rows.js';
import { DueClocks } from './due-clocks.js';
import { EventTeller } from './event-teller.js';
import { readParcel, splitParcel, type Input, type Parcel } from './inputs.js';
import type { Kept, Unreadable } from '../incidents/incidents.js';
import { InstanceCache } from './instance-cache.js';
import { Intake } from './intake.js';
import { SendTracker } from './send-tracker.js';
import type { PartitionServices } from './partition-services.js';
import { UnsentCommands } from './unsent-commands.js';

/** So that the events one decision follows another with stay few. */
const inputsOfOneInstance = 500;
const bytesPerBatch = 4 * 1024 * 1024;
/** Batches whose effects are still being confirmed while the next one is decided. */
const sendsInFlight = 4;

/** `refused`: the database refused the data of a batch; the next life must find the guilty input. */
export type PartitionEnd = 'released' | 'deposed' | 'unclear' | 'refused';

/** While the database is away, ms. */
const requeueAfterMs = 1_000;

/** Attempts to consume a stuck queue before it is made anew. */
const stuckAfter = 2;

/** Inputs a cautious partition takes one by one before it trusts batches again. */
const cautiousInputs = 1_000;

/**
 * One owned partition: takes parcels in, runs micro-batches one after the other, acknowledges what is committed and sent.
 * Everything in memory is a cache of PostgreSQL; when in doubt (a commit of unknown outcome, a collision) the partition ends
 * and is taken over anew, from oneself or by another.
 */
export class Partition {
  readonly number: number;
  readonly work: WorkIndex;
  readonly cache: InstanceCache;
  readonly due: DueClocks;
  readonly sends: SendTracker;
  readonly keys: PartitionKeys;
  readonly limits: LaneLimits;
  readonly unsent = new UnsentCommands();
  readonly teller: EventTeller;
  readonly intake = new Intake();
  readonly ownedSinceMs: number;
  /** Monotonic ms: when our queue was found missing and made anew, and what was in it lost; -Infinity while it never was. */
  queueBornMs = -Infinity;
  /** Where to go on reading instances with queued work; undefined when all have been read. */
  queuedAfter: string | undefined;
  /** Monotonic ms of the last sweep. */
  sweptMs = -Infinity;
  batchNo: number;
  private readonly logger: Logger;
  readonly runner: BatchRunner;
  /** All attempts that are out are known. */
  isRecovered = false;
  private readonly parcels: Parcel[] = [];
  private consumer: Consumer | undefined;
  private stuckInARow = 0;
  private wake: (() => void) | undefined;
  private isStopping = false;
  private sending = new Set<Promise<void>>();
  private readonly beside = new Set<Promise<void>>();
  /** Ids of children that are just being started. */
  readonly starting = new Set<InstanceId>();
  /** Monotonic ms: when we last looked for ends that were never told. */
  toldForgottenMs = -Infinity;
  private consuming: Promise<void> = Promise.resolve();
  /** Settles when the partition has ended, however it did. */
  readonly ended: Promise<PartitionEnd>;

  private cautionLeft: number;

  /** @param isCautious one input a batch at first: a former life ended with data that the database refused */
  constructor(
    readonly lease: Lease,
    readonly services: PartitionServices,
    isCautious = false,
  ) {
    this.cautionLeft = isCautious ? cautiousInputs : 0;
    this.number = lease.partition;
    this.batchNo = lease.batchNo;
    this.ownedSinceMs = performance.now();
    this.work = new WorkIndex(() => performance.now(), services.workers.loads);
    this.limits = new LaneLimits(lease.partition, services.lanes, this.work);
    this.work.listener = this.limits;
    this.cache = new InstanceCache(services.config.cacheBytes);
    this.due = new DueClocks(lease.partition, services, () => this.nudge());
    this.sends = new SendTracker(lease.batchNo);
    this.keys = new PartitionKeys(this);
    this.teller = new EventTeller(this);
    this.logger = new Logger(`Partition ${lease.partition}`);
    this.runner = new BatchRunner(this);
    this.ended = this.run();
  }

  /** Hands an input of our own making (a clock, a sweep, a judgement) to the next batch. */
  push(...inputs: Input[]): void {
    if (inputs.length > 0) this.add({ inputs, bytes: 0 });
  }

  /** Tells owners that there is something for these instances; our own hear it at once. @returns what the others must be sent */
  hint(ids: readonly InstanceId[]): OutgoingMessage[] {
    const { partitions } = this.services.config;
    const [ours = [], others = []] = [true, false].map((wanted) => [...new Set(ids)].filter((id) => this.isOurs(id) === wanted));
    this.push(...ours.map((instanceId): Input => ({ kind: 'hint', instanceId })));
    return hintMessages(others, partitions);
  }

  /** What is in memory is ours; for anything else its bucket says so. */
  readonly isOurs = (id: InstanceId): boolean =>
    this.cache.has(id) || partitionOf(bucketOf(id), this.services.config.partitions) === this.number;

  /** Work beside the batches, for which a hand-over waits. Whatever fails is found again by the sweep. */
  aside(what: string, work: () => Promise<readonly InstanceId[]>): void {
    const { transport } = this.services;
    const doing: Promise<void> = work()
      .then(async (ids) => {
        if (ids.length > 0) crashPoint('aside.done');
        const messages = this.hint(ids);
        if (messages.length > 0 && transport.state === 'connected') await transport.publish(messages);
      })
      .catch((error: unknown) => this.logger.warn(`${what}: ${String(error)}`))
      .finally(() => this.beside.delete(doing));
    this.beside.add(doing);
  }

  get waitingInputs(): number {
    return this.parcels.length;
  }

  /** Sees to it that a batch runs even without an input: room in a window, unsent commands. */
  nudge(): void {
    this.wake?.();
    this.wake = undefined;
  }

  /** Consumes the partition's queue, if it does not yet: called after each reconnect of the broker, and again until it works. */
  startConsuming(): Promise<void> {
    if (this.consumer !== undefined || this.isStopping) return this.consuming;
    this.consuming = this.consuming.then(() => this.consume()).catch((error: unknown) => this.cannotConsume(error));
    return this.consuming;
  }

  /** No new batches; finishes, confirms and acknowledges the one in flight; closes the channel. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.nudge();
    await this.consuming;
    await this.consumer?.cancel().catch(() => undefined);
    await this.ended;
  }

  private async consume(): Promise<void> {
    const { transport, config } = this.services;
    if (this.isStopping || this.consumer !== undefined || transport.state !== 'connected') return;
    const isNew = await transport.declareQueue(partitionQueueSpec(config.topology, this.number));
    crashPoint('partition-queue.declared');
    if (isNew) this.queueBornMs = performance.now();
    this.intake.open();
    let isLost = false;
    const consumer = await transport.consume(partitionQueue(config.topology, this.number), {
      prefetch: config.batchInputs,
      restore: false,
      onDelivery: (delivery) => this.receive(delivery),
      onLost: () => {
        isLost = true;
        this.lostConsumer();
      },
    });
    if (!isLost) this.consumer = consumer;
    this.stuckInARow = 0;
    this.unsent.retryNow(performance.now());
    this.nudge();
  }

  /** Tried again by the next care. A queue that stays stuck has lost its leader for good: what was in it is judged lost, and sent again. */
  private async cannotConsume(error: unknown): Promise<void> {
    this.intake.close();
    this.logger.warn(`cannot consume: ${String(error)}`);
    this.stuckInARow = error instanceof QueueStuckError ? this.stuckInARow + 1 : 0;
    if (this.stuckInARow < stuckAfter) return;
    const { transport, config } = this.services;
    await transport.deleteQueue(partitionQueue(config.topology, this.number)).catch(() => undefined);
  }

  /** Deliveries not yet begun come again: dropping them saves work. */
  private lostConsumer(): void {
    this.consumer = undefined;
    this.intake.close();
    for (let at = this.parcels.length - 1; at >= 0; at -= 1) if (this.parcels[at]!.delivery) this.parcels.splice(at, 1);
    if (!this.isStopping) void this.startConsuming();
  }

  private receive(delivery: Delivery): void {
    const life = this.intake.arrive();
    const { parcel, unreadable } = readParcel(delivery, this.isOurs);
    const lifted = delivery.headers[redriveHeader] === undefined ? [] : (parcel?.inputs ?? []);
    for (const { instanceId } of lifted) this.services.quarantine.lift(instanceId); // somebody has mended it, or wants to see
    if (parcel !== undefined && unreadable.length === 0) return this.add({ ...parcel, life });
    void this.putAside(delivery, unreadable).then((kept) => {
      // Buried whole for what was only counted: an item of it that comes again is refused by its token.
      const settle = (how: Settlement): void => delivery.settle(how === 'ack' && kept === 'counted' ? 'deadLetter' : how);
      if (kept !== undefined && parcel !== undefined) return this.add({ ...parcel, delivery: { settle }, life });
      this.intake.handle(life);
      if (kept !== undefined) settle('ack');
      else setTimeout(() => delivery.settle('requeue'), requeueAfterMs).unref(); // at once, it would come back a thousand times a second
    });
  }

  /** @returns whether all that cannot be read of a delivery is written down, or counted at least */
  private async putAside(delivery: Delivery, unreadable: readonly Unreadable[]): Promise<Kept> {
    const kept = await Promise.all(unreadable.map((one) => this.services.incidents.unreadable(delivery, one)));
    if (kept.includes(undefined)) return undefined;
    return kept.includes('counted') ? 'counted' : 'written';
  }

  private add(parcel: Parcel): void {
    if (this.cautionLeft > 0) this.parcels.push(...splitParcel(parcel));
    else this.parcels.push(parcel);
    this.nudge();
  }

  private async run(): Promise<PartitionEnd> {
    try {
      await this.runner.recover();
      this.isRecovered = true;
      void this.startConsuming();
      while (!this.isStopping) await this.runOnce();
      await Promise.all([...this.sending, ...this.beside]);
      await this.teller.settled();
      await this.runner.closeJournal();
      return 'released';
    } catch (error) {
      return this.endOf(error);
    } finally {
      this.isStopping = true;
      this.keys.stop();
      this.services.workers.loads.forget(this.work);
      await this.consuming; // a consumer that is just being registered would outlive us, and block the queue for whoever comes next
      await this.consumer?.close().catch(() => undefined);
    }
  }

  private async runOnce(): Promise<void> {
    this.wakeDue();
    if (!this.hasWork()) await this.idle();
    if (this.isStopping) return;
    if (this.sending.size >= sendsInFlight) await Promise.race(this.sending);
    const batch = this.takeBatch();
    const send = await this.runner.run(batch).catch((error: unknown) => this.blame(batch, error));
    for (const { life } of batch) if (life !== undefined) this.intake.handle(life);
    if (send === undefined) return;
    const sending: Promise<void> = send().finally(() => this.sending.delete(sending));
    this.sending.add(sending);
  }

  /**
   * A refused batch of one input has found the guilty one, and the partition starts anew. A completion comes again and is taken as a failed
   * attempt then; anything else becomes an incident, and only when that is written down is it let go.
   */
  private async blame(batch: readonly Parcel[], error: unknown): Promise<never> {
    const [input, ...others] = batch.flatMap((parcel) => parcel.inputs);
    if (error instanceof DataFault && input !== undefined && others.length === 0) {
      const { quarantine, incidents } = this.services;
      if (!quarantine.convict(input, error.message)) {
        quarantine.add(input.instanceId);
        if (await incidents.refused(input, error)) for (const { delivery } of batch) delivery?.settle('ack');
      }
    }
    throw error;
  }

  private hasWork(): boolean {
    return this.parcels.length > 0 || this.runner.hasDispatchable() || this.runner.hasUnsentDue();
  }

  private takeBatch(): Parcel[] {
    let inputs = 0;
    let bytes = 0;
    let count = 0;
    if (this.cautionLeft > 0) {
      this.cautionLeft -= 1;
      return this.parcels.splice(0, 1);
    }
    const { batchInputs } = this.services.config;
    const ofOne = new Map<InstanceId, number>();
    for (const parcel of this.parcels) {
      if (count > 0 && (inputs + parcel.inputs.length > batchInputs || bytes + parcel.bytes > bytesPerBatch)) break;
      if (!fits(parcel, ofOne) && count > 0) break;
      inputs += parcel.inputs.length;
      bytes += parcel.bytes;
      count += 1;
    }
    return this.parcels.splice(0, count);
  }

  /** Waits for a nudge or the next clock. A quiet partition first writes down that everything is sent, so that a crash repeats nothing. */
  private async idle(): Promise<void> {
    const nextMs = this.due.earliest();
    const untilClockMs = nextMs === undefined ? Infinity : Math.max(0, nextMs - this.services.clock.nowMs());
    const quietMs = this.runner.hasUnwrittenConfirms() ? this.services.config.quietMs : Infinity;
    const waitMs = Math.min(untilClockMs, quietMs, 60_000);
    const wasNudged = await this.nudged(waitMs);
    if (this.isStopping) return;
    if (!wasNudged && this.wakeDue() === 0 && this.sending.size === 0) await this.runner.closeJournal();
  }

  /** Clocks that are due become inputs, also while messages keep us busy. @returns how many */
  private wakeDue(): number {
    const woken = this.due.take(this.services.config.batchInputs);
    this.wakeAll(woken);
    return woken.length;
  }

  wakeAll(ids: readonly InstanceId[]): void {
    this.push(...ids.map((instanceId): Input => ({ kind: 'message', instanceId, message: { type: 'wake' } })));
  }

  /** Commands that cannot be sent end as failed attempts. */
  refuse(commands: readonly UnsendableCommand[]): void {
    const startedAt = this.services.clock.nowMs();
    for (const { instanceId, path, token, reason } of commands) {
      const failure = { code: 'INPUT_INVALID', message: reason, retryable: false };
      this.push({
        kind: 'message',
        instanceId,
        message: { type: 'stepFailed', path, token, failure, worker: 'orchestrator', startedAt },
      });
    }
  }

  private nudged(waitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.wake = undefined;
        resolve(false);
      }, Math.ceil(waitMs));
      this.wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  /** After a take-over: the clocks of everything that was loaded. */
  remindAll(): void {
    for (const instance of this.cache.values()) {
      const dueAt = dueAtOf(instance);
      if (dueAt !== undefined && !isEnded(instance.state.status)) this.due.remind(instance.state.id, dueAt);
    }
  }

  private endOf(error: unknown): PartitionEnd {
    if (error instanceof JournalCollision) {
      this.logger.warn(`deposed: ${error.message}`);
      return 'deposed';
    }
    if (error instanceof DataFault) {
      this.logger.error(`refused by the database, looking for the guilty input: ${error.message}`);
      return 'refused';
    }
    this.logger.warn(`outcome unclear, taking over from myself: ${error instanceof Error ? error.message : String(error)}`);
    return 'unclear';
  }
}

/** Counts the inputs of a parcel in, unless that is too much of one instance. */
function fits({ inputs }: Parcel, ofOne: Map<InstanceId, number>): boolean {
  const counts = new Map<InstanceId, number>();
  for (const { instanceId } of inputs) counts.set(instanceId, (counts.get(instanceId) ?? ofOne.get(instanceId) ?? 0) + 1);
  for (const count of counts.values()) if (count > inputsOfOneInstance) return false;
  for (const [id, count] of counts) ofOne.set(id, count);
  return true;
}
