import {
  type DynamicModule,
  Global,
  Inject,
  Injectable,
  Module,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { BulkStore } from './bulk/bulk-store.js';
import { ChaosFigures } from './chaos/chaos-figures.js';
import { ChaosStore } from './chaos/chaos-store.js';
import { AskQueries } from './asks/ask-queries.js';
import { Attachments } from './children/attachments.js';
import { ChildDoor } from './children/child-door.js';
import { createDataSource, type DataSourceOptions } from './connections/create-data-source.js';
import { createHotPool } from './connections/hot-pool.js';
import { DefinitionPauses } from './definitions/definition-pauses.js';
import { DefinitionStore } from './definitions/definition-store.js';
import { PgEventStore } from './events/pg-event-store.js';
import { FeedQueries } from './feed/feed-queries.js';
import { HookDeliveries } from './hooks/hook-deliveries.js';
import { IdempotencyStore } from './idempotency/idempotency-store.js';
import { IncidentActs } from './incidents/incident-acts.js';
import { IncidentQueries } from './incidents/incident-queries.js';
import { IncidentStore } from './incidents/incident-store.js';
import { OperatorLog } from './incidents/operator-log.js';
import { InboxDoor } from './instances/inbox-door.js';
import { InstanceDoor } from './instances/instance-door.js';
import { InstanceQueries } from './instances/instance-queries.js';
import { InstanceRecords } from './instances/instance-records.js';
import { NewStartDoor, newStartLockMs } from './instances/new-start-door.js';
import { EventDoor } from './keys/event-door.js';
import { EventSettlement } from './keys/event-settlement.js';
import { LockStore } from './keys/lock-store.js';
import { LaneSettling } from './lanes/lane-settling.js';
import { LaneStore } from './lanes/lane-store.js';
import { PgIncarnationStore } from './leases/pg-incarnation-store.js';
import { PgLeaseStore } from './leases/pg-lease-store.js';
import { PayloadQueries } from './payloads/payload-queries.js';
import { LogQueries } from './logs/log-queries.js';
import { Maintenance } from './schema/maintenance.js';
import { StatsQueries } from './stats/stats-queries.js';
import { BackfillDoor } from './triggers/backfill-door.js';
import { EndsDoor } from './triggers/ends-door.js';
import { RunDoor } from './triggers/run-door.js';
import { ScheduleDoor } from './triggers/schedule-door.js';
import { TriggerStore } from './triggers/trigger-store.js';
import { WebhookQueue } from './webhooks/webhook-queue.js';
import { WebhookStore } from './webhooks/webhook-store.js';
import { TriggerBindings } from './triggers/trigger-bindings.js';
import { TriggerMarks } from './triggers/trigger-marks.js';

/** Injection tokens of the ports. */
export const EVENT_STORE = Symbol('EVENT_STORE');
export const LEASE_STORE = Symbol('LEASE_STORE');
export const INCARNATION_STORE = Symbol('INCARNATION_STORE');
const HOT_POOL = Symbol('HOT_POOL');
const DOOR_POOL = Symbol('DOOR_POOL');
const LEASE_POOL = Symbol('LEASE_POOL');
const NEW_START_POOL = Symbol('NEW_START_POOL');
const ACT_POOL = Symbol('ACT_POOL');
const FEED_POOL = Symbol('FEED_POOL');
const SCHEDULE_POOL = Symbol('SCHEDULE_POOL');

export interface PersistenceOptions extends DataSourceOptions {
  readonly url: string;
  /** Connections of owners: commits and loads; default 4. */
  readonly hotPoolSize?: number;
  /** Connections on which starts and events are stored; default 4. */
  readonly doorPoolSize?: number;
  /** Incidents of one kind and code written one by one; default 100. */
  readonly incidentsAMinute?: number;
}

/** Ends the pools when everything that uses them has shut down. */
@Injectable()
class PoolsClosing implements OnApplicationShutdown {
  constructor(
    @Inject(HOT_POOL) private readonly hot: Pool,
    @Inject(DOOR_POOL) private readonly doors: Pool,
    @Inject(NEW_START_POOL) private readonly newStarts: Pool,
    @Inject(ACT_POOL) private readonly acts: Pool,
    @Inject(LEASE_POOL) private readonly leases: Pool,
    @Inject(FEED_POOL) private readonly feed: Pool,
    @Inject(SCHEDULE_POOL) private readonly schedules: Pool,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    const pools = [this.hot, this.doors, this.newStarts, this.acts, this.leases, this.feed, this.schedules];
    await Promise.all(pools.map((pool) => pool.end()));
  }
}

const onPool = <T>(provide: symbol | (abstract new (pool: Pool) => T), pool: symbol, make: new (pool: Pool) => T): Provider => ({
  provide,
  inject: [pool],
  useFactory: (connections: Pool) => new make(connections),
});
const onDataSource = <T>(make: new (dataSource: DataSource) => T): Provider => ({
  provide: make,
  inject: [getDataSourceToken()],
  useFactory: (dataSource: DataSource) => new make(dataSource),
});

/** Everything stored. Global. The schema must be there: run `migrate` first. */
@Global()
@Module({})
export class PersistenceModule {
  static forRoot(options: PersistenceOptions): DynamicModule {
    const { url, hotPoolSize, doorPoolSize, incidentsAMinute, ...settings } = options;
    const providers: Provider[] = [
      { provide: HOT_POOL, useFactory: () => createHotPool(url, { ...settings, poolSize: hotPoolSize ?? 4 }) },
      // What a flood of starts waits for are connections of its own: in one process with a gateway, owners must go on committing.
      { provide: DOOR_POOL, useFactory: () => createHotPool(url, { ...settings, poolSize: doorPoolSize ?? 4 }) },
      // Those that wait for nobody: what might have to goes the long way, on the connections above.
      {
        provide: NEW_START_POOL,
        useFactory: () => createHotPool(url, { ...settings, poolSize: doorPoolSize ?? 4, lockTimeoutMs: newStartLockMs }),
      },
      // Nor do operators, who look at one instance and act on it, wait behind that flood.
      { provide: ACT_POOL, useFactory: () => createHotPool(url, { ...settings, poolSize: 3 }) },
      // Renewals never wait behind batches: no lease is lost because we ourselves are slow.
      { provide: LEASE_POOL, useFactory: () => createHotPool(url, { ...settings, poolSize: 3, statementTimeoutMs: 5_000 }) },
      onPool(EVENT_STORE, HOT_POOL, PgEventStore),
      onPool(InstanceDoor, DOOR_POOL, InstanceDoor),
      onPool(NewStartDoor, NEW_START_POOL, NewStartDoor),
      onPool(InstanceRecords, ACT_POOL, InstanceRecords),
      onPool(InboxDoor, ACT_POOL, InboxDoor),
      onPool(EventDoor, DOOR_POOL, EventDoor),
      onPool(EventSettlement, HOT_POOL, EventSettlement),
      onPool(LockStore, HOT_POOL, LockStore),
      onPool(ChildDoor, HOT_POOL, ChildDoor),
      onPool(Attachments, HOT_POOL, Attachments),
      // Nor do batches wait behind who reads the feed.
      { provide: FEED_POOL, useFactory: () => createHotPool(url, { ...settings, poolSize: 2 }) },
      onPool(FeedQueries, FEED_POOL, FeedQueries),
      onPool(WebhookQueue, FEED_POOL, WebhookQueue),
      // Nor behind schedules, whose transactions last as long as deciding does.
      { provide: SCHEDULE_POOL, useFactory: () => createHotPool(url, { ...settings, poolSize: 3 }) },
      onPool(ScheduleDoor, SCHEDULE_POOL, ScheduleDoor),
      onPool(BackfillDoor, SCHEDULE_POOL, BackfillDoor),
      onPool(EndsDoor, SCHEDULE_POOL, EndsDoor),
      onPool(RunDoor, DOOR_POOL, RunDoor),
      onPool(LEASE_STORE, LEASE_POOL, PgLeaseStore),
      onPool(INCARNATION_STORE, LEASE_POOL, PgIncarnationStore),
      onPool(LaneStore, LEASE_POOL, LaneStore),
      onPool(LaneSettling, LEASE_POOL, LaneSettling),
      {
        provide: IncidentStore,
        inject: [getDataSourceToken()],
        useFactory: (dataSource: DataSource) => new IncidentStore(dataSource, incidentsAMinute),
      },
      ...[
        DefinitionStore,
        DefinitionPauses,
        InstanceQueries,
        AskQueries,
        PayloadQueries,
        StatsQueries,
        OperatorLog,
        IncidentQueries,
        IncidentActs,
        IdempotencyStore,
        BulkStore,
        ChaosStore,
        ChaosFigures,
        LogQueries,
        TriggerStore,
        WebhookStore,
        HookDeliveries,
        TriggerBindings,
        TriggerMarks,
        Maintenance,
      ].map((store) => onDataSource<unknown>(store)),
    ];
    return {
      module: PersistenceModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => ({}),
          dataSourceFactory: () => createDataSource(url, settings).initialize(),
        }),
      ],
      providers: [...providers, PoolsClosing],
      exports: [TypeOrmModule, ...providers.map((provider) => (provider as { provide: symbol }).provide)],
    };
  }
}

/** As they are configured. */
export interface PersistenceLimits {
  readonly databasePool: number;
  readonly hotPool: number;
  readonly doorPool: number;
  readonly statementTimeoutMs: number;
  readonly incidentsAMinute: number;
}

/** How a service reaches PostgreSQL, as it is configured. */
export const persistenceOptions = (
  url: string,
  { databasePool, hotPool, doorPool, statementTimeoutMs, incidentsAMinute }: PersistenceLimits,
  socket?: DataSourceOptions['socket'],
): PersistenceOptions => ({
  ...{ url, poolSize: databasePool, hotPoolSize: hotPool, doorPoolSize: doorPool, statementTimeoutMs, incidentsAMinute },
  ...(socket !== undefined && { socket }),
});
