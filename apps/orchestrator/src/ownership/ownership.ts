import { Inject, Injectable, Logger } from '@nestjs/common';
import { hostname } from 'node:os';
import type { HeldStep } from '#libs/contracts';
import { fairOwners } from '#libs/engine';
import { TRANSPORT, type Transport } from '#libs/messaging';
import { INCARNATION_STORE, LEASE_STORE, type IncarnationStore, type LeaseStore } from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import { judgeLostCommands } from '../dispatch/lost-commands.js';
import { Partition } from '../partitions/partition.js';
import type { PartitionServices } from '../partitions/partition-services.js';
import { sweep } from '../partitions/sweep.js';
import { ORCHESTRATOR_OPTIONS, PARTITION_SERVICES, type OrchestratorOptions } from '../tokens.js';
import { candidates } from './candidates.js';

const tickMs = 1_000;
const judgeEveryMs = 2_000;
/** Leases are renewed about three times before they would run out. */
const renewalsPerLease = 10 / 3;
/** A lease lasts by the database's clock; without a renewal we stop so much before somebody else may start. */
const safetyMs = 1_000;

interface Owned {
  readonly partition: Partition;
  renewedAtMs: number;
  isLeaving: boolean;
  /** Settles when it is handed over. */
  leaving?: Promise<void>;
}

/**
 * Holds this process's fair share of the partitions: announces itself, claims, renews, hands over, and keeps each owned partition swept.
 * The lease row alone decides; losing it only ends a partition's memory.
 */
@Injectable()
export class Ownership {
  private readonly logger = new Logger(Ownership.name);
  private readonly owned = new Map<number, Owned>();
  /** Partitions whose last life ended with refused data. */
  private readonly refused = new Set<number>();
  private timer: NodeJS.Timeout | undefined;
  private ticking: Promise<void> = Promise.resolve();
  private caring: Promise<void> = Promise.resolve();
  private isCaring = false;
  private isStopping = false;
  private announcedAtMs = -Infinity;
  private judgedAtMs = 0;
  private stopListening: (() => void)[] = [];

  constructor(
    @Inject(LEASE_STORE) private readonly leases: LeaseStore,
    @Inject(INCARNATION_STORE) private readonly incarnations: IncarnationStore,
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(PARTITION_SERVICES) private readonly services: PartitionServices,
    @Inject(ORCHESTRATOR_OPTIONS) private readonly options: OrchestratorOptions,
  ) {}

  async start(): Promise<void> {
    const { topology, partitions } = this.services.config;
    await this.leases.ensurePartitions(topology, partitions);
    if (this.transport.kind === 'memory') await this.incarnations.bumpAll(); // what it carried ended with the former process
    this.stopListening = [
      this.transport.onState((state) => {
        if (state === 'connected') for (const { partition } of this.owned.values()) void partition.startConsuming();
      }),
      this.services.workers.onCapacityChange(() => this.capacityChanged()),
      this.services.workers.onBegun((begun) => this.stepsBegun(begun)),
      this.services.workers.loads.onRoom(() => this.roomForPlaced()),
    ];
    await this.tick();
    this.timer = setInterval(() => this.beat(), tickMs);
  }

  /** Hands every partition over and withdraws. */
  async stop(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    for (const stop of this.stopListening) stop();
    await Promise.all([this.ticking, this.caring]);
    await Promise.all([...this.owned.values()].map((one) => this.release(one)));
    await this.leases.withdraw(this.options.nodeId).catch(() => undefined);
  }

  /**
   * What the death of the process does to its partitions: all that is in memory is abandoned without a goodbye, and taken over anew. A batch in flight may
   * still be committed; after that it collides with the new life.
   */
  async crash(): Promise<void> {
    for (const one of this.owned.values()) this.drop(one, 'killed by chaos mode');
    await this.tick();
  }

  get partitions(): Partition[] {
    return [...this.owned.values()].map((one) => one.partition);
  }

  private beat(): void {
    this.services.workers.forget(performance.now());
    void this.tick();
    this.care();
  }

  /** Apart from the leases: a slow sweep or a broker that does not answer must not cost us what we own. */
  private care(): void {
    if (this.isCaring || this.isStopping) return;
    this.isCaring = true;
    this.caring = this.lookAfter()
      .catch((error: unknown) => this.logger.warn(`looking after partitions: ${String(error)}`))
      .finally(() => (this.isCaring = false));
  }

  private async lookAfter(): Promise<void> {
    const nowMs = performance.now();
    for (const partition of this.partitions) {
      void partition.startConsuming(); // where it could not before
      await sweep(partition);
      if (partition.work.backlog.size + partition.unsent.size > 0) partition.nudge(); // room and queues change without a message
    }
    this.showQueues();
    if (nowMs - this.judgedAtMs < judgeEveryMs) return;
    this.judgedAtMs = nowMs;
    for (const partition of this.partitions) await judgeLostCommands(partition);
  }

  /** Ticks never overlap; a slow database makes them rarer. */
  private tick(): Promise<void> {
    this.ticking = this.ticking
      .then(() => (this.isStopping ? undefined : this.turn()))
      .catch((error: unknown) => this.logger.warn(`ownership: ${String(error)}`));
    return this.ticking;
  }

  private async turn(): Promise<void> {
    const nowMs = performance.now();
    this.dropExpired(nowMs);
    if (nowMs - this.announcedAtMs >= this.options.leaseMs / renewalsPerLease) await this.renew(nowMs);
    await this.share();
  }

  private async renew(nowMs: number): Promise<void> {
    const { topology } = this.services.config;
    const { nodeId, version, leaseMs } = this.options;
    await this.leases.announce(
      { id: nodeId, host: hostname(), version, hasBroker: this.transport.state === 'connected' },
      leaseMs,
    );
    this.announcedAtMs = nowMs;
    crashPoint('lease.announced');
    if (this.owned.size === 0) return;
    const held = await this.leases.renew(
      topology,
      nodeId,
      [...this.owned.values()].map(({ partition }) => ({ partition: partition.number, epoch: partition.lease.epoch })),
      leaseMs,
    );
    crashPoint('lease.renewed');
    for (const [number, one] of this.owned) {
      if (held.includes(number)) one.renewedAtMs = nowMs;
      else this.drop(one, 'lease lost');
    }
  }

  /** Claims what is our fair share and hands over what is more. */
  private async share(): Promise<void> {
    const { topology } = this.services.config;
    const { nodeId, takeStaleLeases, leaseMs } = this.options;
    const owners = await this.fairOwners();
    for (const [number, owner] of owners.entries()) {
      const one = this.owned.get(number);
      if (owner === nodeId && one === undefined) {
        const lease = await this.leases.claim(topology, number, nodeId, { stale: takeStaleLeases, leaseMs });
        if (lease === undefined) continue;
        crashPoint('lease.claimed');
        this.open(lease);
      } else if (owner !== nodeId && one !== undefined) void this.release(one);
    }
  }

  /** Empty while nobody is known to be alive. */
  private async fairOwners(): Promise<string[]> {
    const { topology, partitions } = this.services.config;
    const { nodeId, takeStaleLeases } = this.options;
    if (takeStaleLeases) return fairOwners(partitions, [nodeId]); // nobody else: former lives of ours count for nothing
    const [alive, rows] = await Promise.all([this.leases.alive(), this.leases.list(topology)]);
    const current = new Map(rows.map(({ partition, owner }) => [partition, owner]));
    return fairOwners(
      partitions,
      candidates(alive),
      Array.from({ length: partitions }, (_, number) => current.get(number)),
    );
  }

  private open(lease: Partition['lease']): void {
    this.logger.log(`partition ${lease.partition} taken, epoch ${lease.epoch}`);
    const partition = new Partition(lease, this.services, this.refused.delete(lease.partition));
    const one: Owned = { partition, renewedAtMs: performance.now(), isLeaving: false };
    this.owned.set(lease.partition, one);
    void partition.ended.then((end) => {
      if (end === 'refused') this.refused.add(lease.partition);
      if (end === 'released' || end === 'deposed') this.services.quarantine.forget(partition.isOurs);
      if (this.owned.get(lease.partition) === one && !one.isLeaving) {
        this.owned.delete(lease.partition);
        const hasLived = performance.now() - partition.ownedSinceMs > tickMs; // else the next tick is soon enough
        if (!this.isStopping && hasLived) void this.tick();
      }
    });
  }

  private release(one: Owned): Promise<void> {
    if (!one.isLeaving) {
      one.isLeaving = true;
      one.leaving = this.handOver(one);
    }
    return one.leaving ?? one.partition.stop();
  }

  private async handOver(one: Owned): Promise<void> {
    const { partition } = one;
    await partition.stop();
    crashPoint('hand-over.stopped');
    await this.leases
      .release(this.services.config.topology, this.options.nodeId, partition.number, partition.lease.epoch)
      .catch(() => undefined);
    crashPoint('hand-over.released');
    if (this.owned.get(partition.number) === one) this.owned.delete(partition.number);
    this.logger.log(`partition ${partition.number} handed over`);
  }

  private dropExpired(nowMs: number): void {
    const leaseMs = this.options.leaseMs - safetyMs;
    for (const one of this.owned.values()) if (nowMs - one.renewedAtMs > leaseMs) this.drop(one, 'lease not renewed in time');
  }

  private drop(one: Owned, why: string): void {
    if (one.isLeaving) return;
    this.logger.warn(`partition ${one.partition.number} dropped: ${why}`);
    one.isLeaving = true;
    this.owned.delete(one.partition.number);
    void one.partition.stop();
  }

  private capacityChanged(): void {
    for (const { queue, task } of this.services.workers.servedLanes()) {
      void this.services.stepQueues.ensure(queue, task).then(() => {
        for (const { partition } of this.owned.values()) partition.nudge();
      });
    }
  }

  /** What runs no longer waits in a queue: its lane has room again. */
  private stepsBegun(begun: readonly HeldStep[]): void {
    for (const { instanceId, token, partition: number } of begun) {
      const partition = this.owned.get(number)?.partition;
      if (partition?.work.begin(instanceId, token)) partition.nudge();
    }
  }

  /** A worker may take more: of any partition of ours. */
  private roomForPlaced(): void {
    for (const { partition } of this.owned.values()) if (partition.work.backlog.hasPlaced) partition.nudge();
  }

  private showQueues(): void {
    for (const { partition } of this.owned.values()) this.services.live.queues(partition.number, partition.work.lanes());
  }
}
