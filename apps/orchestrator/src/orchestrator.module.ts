import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { TRANSPORT, type Transport } from '#libs/messaging';
import { EVENT_STORE, type EventStore } from '#libs/persistence';
import { CONFIG, type Config, productVersion } from '#libs/platform';
import { Children } from './children/children.js';
import { KnownTasks } from './definitions/known-tasks.js';
import { PlanCache } from './definitions/plan-cache.js';
import { StepQueues } from './dispatch/step-queues.js';
import { Housekeeping } from './housekeeping/housekeeping.js';
import { DeadLetterReader } from './incidents/dead-letter-reader.js';
import { Incidents } from './incidents/incidents.js';
import { Emitter } from './keys/emitter.js';
import { KeyServices } from './keys/key-services.js';
import { LaneBook } from './lanes/lane-book.js';
import { LaneKeeper } from './lanes/lane-keeper.js';
import { LivePublisher } from './live/live-publisher.js';
import { OrchestratorMetrics } from './metrics/orchestrator-metrics.js';
import { OrchestratorHealth } from './health/orchestrator-health.js';
import { Ownership } from './ownership/ownership.js';
import { PartitionStrategy } from './ownership/partition-strategy.js';
import { Quarantine } from './partitions/quarantine.js';
import { InstanceLoader } from './partitions/instance-loader.js';
import type { PartitionServices } from './partitions/partition-services.js';
import { Backfills } from './schedules/backfills.js';
import { Nudges } from './schedules/nudges.js';
import { RunEnds } from './schedules/run-ends.js';
import { Schedules } from './schedules/schedules.js';
import { DatabaseClock } from './time/database-clock.js';
import { WebhookRunner } from './webhooks/webhook-runner.js';
import { ControlListener } from './workers/control-listener.js';
import { WorkerDirectory } from './workers/worker-directory.js';
import { ORCHESTRATOR_OPTIONS, PARTITION_SERVICES, type OrchestratorOptions } from './tokens.js';

const quietMs = 200;
const remindWithinMs = 10_000;

/** Owns partitions; expects the platform, messaging and persistence modules beside it. Serve it with `PartitionStrategy`. */
@Module({})
export class OrchestratorModule {
  /** @param options.takeStaleLeases the only orchestrator on this database: it need not wait for the leases of its former life */
  static forRoot(options: { takeStaleLeases?: boolean } = {}): DynamicModule {
    return {
      module: OrchestratorModule,
      imports: [ScheduleModule.forRoot()],
      providers: [
        PlanCache,
        KnownTasks,
        Children,
        Emitter,
        KeyServices,
        Housekeeping,
        Nudges,
        Schedules,
        Backfills,
        RunEnds,
        StepQueues,
        LaneBook,
        LaneKeeper,
        Incidents,
        DeadLetterReader,
        LivePublisher,
        OrchestratorMetrics,
        OrchestratorHealth,
        InstanceLoader,
        DatabaseClock,
        ControlListener,
        {
          provide: WorkerDirectory,
          inject: [CONFIG],
          useFactory: (config: Config) => new WorkerDirectory(config.workerLostAfter),
        },
        Ownership,
        PartitionStrategy,
        WebhookRunner,
        {
          provide: ORCHESTRATOR_OPTIONS,
          inject: [CONFIG],
          useFactory: ({ nodeId, leaseMs }: Config): OrchestratorOptions => ({
            nodeId,
            leaseMs,
            version: productVersion,
            takeStaleLeases: options.takeStaleLeases ?? false,
          }),
        },
        {
          provide: PARTITION_SERVICES,
          inject: [
            CONFIG,
            TRANSPORT,
            EVENT_STORE,
            DatabaseClock,
            InstanceLoader,
            Children,
            KeyServices,
            StepQueues,
            LaneBook,
            KnownTasks,
            WorkerDirectory,
            LivePublisher,
            Incidents,
            OrchestratorMetrics,
          ],
          useFactory: partitionServices,
        },
      ],
      exports: [PartitionStrategy, Ownership],
    };
  }
}

function partitionServices(
  { topology, partitions, leaseMs, batchInputs, dispatchWindow, cacheBytes }: Config,
  transport: Transport,
  store: EventStore,
  clock: DatabaseClock,
  loader: InstanceLoader,
  children: Children,
  keys: KeyServices,
  stepQueues: StepQueues,
  lanes: LaneBook,
  tasks: KnownTasks,
  workers: WorkerDirectory,
  live: LivePublisher,
  incidents: Incidents,
  metrics: OrchestratorMetrics,
): PartitionServices {
  const quarantine = new Quarantine();
  const limits = { batchInputs, dispatchWindow, cacheBytes: cacheBytes / partitions };
  const config = { topology, partitions, leaseMs, ...limits, quietMs, remindWithinMs };
  const knowledge = { stepQueues, lanes, tasks, workers };
  return { config, transport, store, clock, loader, children, keys, ...knowledge, live, incidents, quarantine, metrics };
}
