import type { Pool } from 'pg';
import type { Registry } from 'prom-client';
import type { MemoryTransport } from '#libs/messaging';
import {
  EventDoor,
  EventSettlement,
  InboxDoor,
  LaneSettling,
  LaneStore,
  LockStore,
  type OperatorLog,
  type BatchCommit,
  type DefinitionStore,
  type EventStore,
  type IncarnationStore,
  type IncidentActs,
  type IncidentQueries,
  type IncidentStore,
  type LeaseStore,
} from '#libs/persistence';
import type { Children } from '../../src/children/children.js';
import { KnownTasks } from '../../src/definitions/known-tasks.js';
import { PlanCache } from '../../src/definitions/plan-cache.js';
import { StepQueues } from '../../src/dispatch/step-queues.js';
import { Incidents } from '../../src/incidents/incidents.js';
import { Emitter } from '../../src/keys/emitter.js';
import { KeyServices } from '../../src/keys/key-services.js';
import { LaneBook } from '../../src/lanes/lane-book.js';
import { LaneKeeper } from '../../src/lanes/lane-keeper.js';
import { LivePublisher } from '../../src/live/live-publisher.js';
import { OrchestratorMetrics } from '../../src/metrics/orchestrator-metrics.js';
import { Ownership } from '../../src/ownership/ownership.js';
import { InstanceLoader } from '../../src/partitions/instance-loader.js';
import type { PartitionServices } from '../../src/partitions/partition-services.js';
import { Quarantine } from '../../src/partitions/quarantine.js';
import { DatabaseClock } from '../../src/time/database-clock.js';
import { ControlListener } from '../../src/workers/control-listener.js';
import { WorkerDirectory } from '../../src/workers/worker-directory.js';

export interface NodeParts {
  readonly id: string;
  readonly takeStaleLeases: boolean;
  readonly partitions: number;
  readonly transport: MemoryTransport;
  readonly store: EventStore;
  readonly leases: LeaseStore;
  readonly incarnations: IncarnationStore;
  readonly definitions: DefinitionStore;
  readonly children: (plans: PlanCache) => Children;
  readonly incidents: IncidentStore;
  readonly incidentActs: IncidentActs;
  readonly incidentQueries: IncidentQueries;
  readonly registry: Registry;
  readonly pool: Pool;
  readonly operatorLog: OperatorLog;
}

/** What a commit meets before it reaches the database. */
export type CommitFault = (batch: BatchCommit, commit: () => Promise<void>) => Promise<void>;

class ProcessGone extends Error {
  readonly code = 'ECONNRESET';
}

/** One orchestrator, put together by hand so that a test can hold, cut and kill it at its ports. */
export class OrchestratorNode {
  readonly ownership: Ownership;
  readonly workers = new WorkerDirectory();
  readonly clock: DatabaseClock;
  readonly services: PartitionServices;
  /** Commits that reached the database. */
  readonly committed: BatchCommit[] = [];
  commitFault: CommitFault = (_batch, commit) => commit();
  private readonly control: ControlListener;
  private readonly lanes: LaneKeeper;
  private readonly live: LivePublisher;
  private readonly quiet: (() => void)[] = [];
  private isDead = false;
  private frozen: PromiseWithResolvers<void> | undefined;

  constructor(private readonly parts: NodeParts) {
    const { transport, id, takeStaleLeases, partitions } = parts;
    const store = this.guarded(parts.store, {
      commit: (batch: BatchCommit) =>
        this.commitFault(batch, async () => {
          await parts.store.commit(batch);
          this.committed.push(batch);
          if (batch.events.length > 0) return;
          for (const resolve of this.quiet.splice(0)) resolve();
        }),
    });
    const plans = new PlanCache(parts.definitions);
    const options = { nodeId: id, takeStaleLeases, version: 'test', leaseMs: 10_000 };
    this.clock = new DatabaseClock(store);
    this.live = new LivePublisher(transport);
    this.control = new ControlListener(transport, options, this.workers);
    const metrics = new OrchestratorMetrics(parts.registry);
    const book = new LaneBook(this.guarded(new LaneStore(parts.pool)));
    this.lanes = new LaneKeeper(book, this.guarded(new LaneSettling(parts.pool)), parts.operatorLog, this.clock, metrics, {
      topology: 1,
    });
    this.services = {
      config: {
        ...{ topology: 1, partitions, leaseMs: 10_000, quietMs: 50, remindWithinMs: 60_000 },
        ...{ batchInputs: 500, dispatchWindow: 1_000, cacheBytes: 64 * 1024 * 1024 },
      },
      transport,
      store,
      clock: this.clock,
      loader: new InstanceLoader(store, plans),
      children: this.guarded(parts.children(plans)),
      keys: this.guardedKeys(parts.pool, transport),
      stepQueues: new StepQueues(transport, parts.incarnations),
      lanes: book,
      tasks: new KnownTasks(parts.definitions, this.workers),
      workers: this.workers,
      live: this.live,
      incidents: new Incidents(parts.incidents, metrics, parts.incidentActs, parts.incidentQueries),
      quarantine: new Quarantine(),
      metrics,
    };
    this.ownership = new Ownership(this.guarded(parts.leases), parts.incarnations, transport, this.services, options);
  }

  get transport(): MemoryTransport {
    return this.parts.transport;
  }

  async start(): Promise<void> {
    await this.clock.start();
    await this.control.start();
    await this.lanes.start(() => this.ownership.partitions);
    await this.ownership.start();
  }

  /** Resolves at the next batch that decides nothing: the journal is told then that everything is sent. */
  isQuiet(): Promise<void> {
    return new Promise((resolve) => this.quiet.push(resolve));
  }

  /** SIGTERM. */
  async stop(): Promise<void> {
    await this.ownership.stop();
    await this.lanes.stop();
    await this.control.stop();
    this.live.stop();
    this.clock.stop();
  }

  /** SIGSTOP: whatever it is about to do waits; the broker gives up on its connection meanwhile. */
  freeze(): void {
    this.frozen = Promise.withResolvers();
    const { transport } = this;
    const consume = transport.consume.bind(transport);
    transport.consume = async (...values) => {
      await this.frozen?.promise;
      return consume(...values);
    };
    transport.loseConnection();
  }

  /** SIGCONT: it goes on as if nothing had happened. */
  thaw(): void {
    this.frozen?.resolve();
    this.frozen = undefined;
  }

  /** kill -9: from now on nothing of it reaches the database or the broker; its leases stay. */
  async kill(): Promise<void> {
    this.isDead = true;
    this.thaw();
    await this.transport.close();
    await this.stop();
  }

  private guardedKeys(pool: Pool, transport: MemoryTransport): KeyServices {
    const emitter = new Emitter(this.guarded(new EventDoor(pool)), this.guarded(new InboxDoor(pool)), transport);
    return new KeyServices(this.guarded(new LockStore(pool)), this.guarded(new EventSettlement(pool)), emitter);
  }

  /** The same object, but each call fails once the process is gone; `changes` replace single methods. */
  private guarded<T extends object>(target: T, changes: Partial<T> = {}): T {
    return new Proxy(target, {
      get: (_target, name) => {
        const own = (changes as Record<string | symbol, unknown>)[name] ?? (target as Record<string | symbol, unknown>)[name];
        if (typeof own !== 'function') return own;
        return async (...values: unknown[]): Promise<unknown> => {
          await this.frozen?.promise;
          if (this.isDead) throw new ProcessGone('the process is gone');
          return (own as (...values: unknown[]) => unknown).apply(target, values);
        };
      },
    });
  }
}
