import type { Transport } from '#libs/messaging';
import type { EventStore } from '#libs/persistence';
import type { Children } from '../children/children.js';
import type { KnownTasks } from '../definitions/known-tasks.js';
import type { StepQueues } from '../dispatch/step-queues.js';
import type { Incidents } from '../incidents/incidents.js';
import type { KeyServices } from '../keys/key-services.js';
import type { LaneBook } from '../lanes/lane-book.js';
import type { LivePublisher } from '../live/live-publisher.js';
import type { OrchestratorMetrics } from '../metrics/orchestrator-metrics.js';
import type { DatabaseClock } from '../time/database-clock.js';
import type { WorkerDirectory } from '../workers/worker-directory.js';
import type { Quarantine } from './quarantine.js';
import type { InstanceLoader } from './instance-loader.js';

export interface PartitionConfig {
  readonly topology: number;
  readonly partitions: number;
  /** A full lease, ms: nobody is judged lost before it has passed. */
  readonly leaseMs: number;
  /** Inputs of one batch, and of what is taken from the broker before it is acknowledged. */
  readonly batchInputs: number;
  /** Commands of one queue and task in the broker at most. */
  readonly dispatchWindow: number;
  /** States a partition may keep in memory, bytes. */
  readonly cacheBytes: number;
  /** After so long without work the journal is told that everything is sent, ms. */
  readonly quietMs: number;
  /** Clocks of instances at hand that are due within this time are kept in memory, later ones found by the sweep, ms. */
  readonly remindWithinMs: number;
}

/** What a partition works with; shared by all partitions of a process. */
export interface PartitionServices {
  readonly config: PartitionConfig;
  readonly transport: Transport;
  readonly store: EventStore;
  readonly clock: DatabaseClock;
  readonly loader: InstanceLoader;
  readonly children: Children;
  readonly keys: KeyServices;
  readonly stepQueues: StepQueues;
  readonly lanes: LaneBook;
  readonly tasks: KnownTasks;
  readonly workers: WorkerDirectory;
  readonly live: LivePublisher;
  readonly incidents: Incidents;
  readonly quarantine: Quarantine;
  readonly metrics: OrchestratorMetrics;
}
