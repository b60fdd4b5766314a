import { setTimeout as delay } from 'node:timers/promises';
import { Registry } from 'prom-client';
import type { Pool } from 'pg';
import { bucketOf, defaultTenant, exchanges, liveSchema, partitionKey, partitionOf } from '#libs/contracts';
import { checksum, isEnded, type AuditEvent, type InstanceId, type Json, type JsonObject } from '#libs/engine';
import { decodeEnvelope, liveQueueSpec, MemoryBroker, MemoryTransport } from '#libs/messaging';
import {
  Attachments,
  ChildDoor,
  createHotPool,
  DefinitionStore,
  IncidentQueries,
  IncidentActs,
  IncidentStore,
  InstanceDoor,
  OperatorLog,
  PgEventStore,
  PgIncarnationStore,
  PgLeaseStore,
  type EventStore,
  type InstanceHead,
  type NewInboxRow,
} from '#libs/persistence';
import { createMigratedDatabase, serverUrl } from '../../../../libs/persistence/src/testing/test-database.js';
import { newId, startRow } from '../../../../libs/persistence/src/testing/rows.js';
import { Children } from '../../src/children/children.js';
import { OrchestratorNode } from './orchestrator-node.js';
import { ScriptedWorker, type Facts, type Script } from './scripted-worker.js';

/** How long an end is waited for by the live stream alone. */
const lookAgainMs = 500;

export interface BenchOptions {
  readonly partitions?: number;
}

/** A definition whose only variable parts are its steps. */
export const definitionOf = (name: string, steps: readonly object[], rest: object = {}): JsonObject =>
  ({ name, version: '1.0.0', ...rest, steps: steps as Json[] }) as JsonObject;

/** Orchestrators on a real PostgreSQL and an in-process broker, with scripted workers: faults are injected at the ports. */
export class OrchestratorBench {
  private readonly disposals: (() => unknown)[] = [];
  private readonly ends = new Map<string, (() => void)[]>();
  private readonly ended = new Set<string>();
  private readonly checksums = new Map<string, string>();

  private constructor(
    readonly database: Awaited<ReturnType<typeof createMigratedDatabase>>,
    readonly pool: Pool,
    readonly broker: MemoryBroker,
    readonly transport: MemoryTransport,
    readonly partitions: number,
  ) {}

  static async open({ partitions = 2 }: BenchOptions = {}): Promise<OrchestratorBench> {
    const database = await createMigratedDatabase(serverUrl);
    const broker = new MemoryBroker();
    const transport = new MemoryTransport({ broker });
    await transport.connect();
    await transport.declareExchanges();
    const bench = new OrchestratorBench(database, createHotPool(database.url), broker, transport, partitions);
    await bench.watch();
    return bench;
  }

  get store(): EventStore {
    return new PgEventStore(this.pool);
  }

  get incidents(): IncidentStore {
    return new IncidentStore(this.database.dataSource);
  }

  get incidentActs(): IncidentActs {
    return new IncidentActs(this.database.dataSource);
  }

  get operatorLog(): OperatorLog {
    return new OperatorLog(this.database.dataSource);
  }

  get incidentQueries(): IncidentQueries {
    return new IncidentQueries(this.database.dataSource);
  }

  async close(): Promise<void> {
    for (const dispose of this.disposals.reverse()) await dispose();
    await this.transport.close();
    await this.pool.end();
    await this.database.drop();
  }

  /** An orchestrator of its own, with its own connection to the broker. */
  async node(id: string, options: { takeStaleLeases?: boolean } = {}): Promise<OrchestratorNode> {
    const transport = new MemoryTransport({ broker: this.broker });
    await transport.connect();
    const definitions = new DefinitionStore(this.database.dataSource);
    const node = new OrchestratorNode({
      id,
      takeStaleLeases: options.takeStaleLeases ?? false,
      partitions: this.partitions,
      transport,
      store: new PgEventStore(this.pool),
      leases: new PgLeaseStore(this.pool),
      incarnations: new PgIncarnationStore(this.pool),
      definitions,
      children: (plans) => new Children(new ChildDoor(this.pool), new Attachments(this.pool), definitions, plans),
      incidents: this.incidents,
      incidentActs: this.incidentActs,
      incidentQueries: this.incidentQueries,
      registry: new Registry(),
      pool: this.pool,
      operatorLog: this.operatorLog,
    });
    this.disposals.push(() => node.kill());
    await node.start();
    return node;
  }

  async worker(
    script: Script,
    lanes?: { queue: string; task: string }[],
    concurrency?: number,
    facts?: Facts,
  ): Promise<ScriptedWorker> {
    const transport = new MemoryTransport({ broker: this.broker });
    await transport.connect();
    const worker = await new ScriptedWorker(transport, script, lanes, concurrency, facts).start();
    this.disposals.push(() => {
      worker.stop();
      return transport.close();
    });
    return worker;
  }

  async register(document: JsonObject): Promise<void> {
    const { name, version } = document as { name: string; version: string };
    const sum = checksum(document);
    this.checksums.set(name, sum);
    await new DefinitionStore(this.database.dataSource).register({ name, version, spec: document, checksum: sum });
  }

  /** Through the door, as a gateway does it. @param hint without it only the sweep finds the start */
  async start(
    definition: string,
    {
      input = {},
      startAt = null,
      hint = true,
      tags = {},
    }: { input?: Json; startAt?: number | null; hint?: boolean; tags?: JsonObject } = {},
  ): Promise<InstanceId> {
    const row = startRow({ id: newId(), definition, input, startAt, tags, tenant: defaultTenant, ...this.sumOf(definition) });
    await new InstanceDoor(this.pool).insertStarts([row]);
    if (hint) await this.hint(row.id);
    return row.id;
  }

  async startMany(definition: string, count: number): Promise<InstanceId[]> {
    const rows = Array.from({ length: count }, () => startRow({ definition, ...this.sumOf(definition) }));
    for (let at = 0; at < count; at += 1_000) await new InstanceDoor(this.pool).insertStarts(rows.slice(at, at + 1_000));
    for (const ids of Map.groupBy(rows, ({ bucket }) => partitionOf(bucket, this.partitions)).values()) {
      for (let at = 0; at < ids.length; at += 200) await this.hint(...ids.slice(at, at + 200).map((row) => row.id));
    }
    return rows.map((row) => row.id);
  }

  async cancel(id: InstanceId, hints = 1): Promise<void> {
    const row = { id: 'cancel', instanceId: id, bucket: bucketOf(id), kind: 'cancel' as const, content: { reason: 'test' } };
    await new InstanceDoor(this.pool).insertInbox([row]);
    if (hints > 0) await this.hint(...Array.from({ length: hints }, () => id));
  }

  /** What a person or a system tells an instance, through the door. */
  async tell(instanceId: InstanceId, row: Pick<NewInboxRow, 'id' | 'kind' | 'content'>): Promise<void> {
    await new InstanceDoor(this.pool).insertInbox([{ ...row, instanceId, bucket: bucketOf(instanceId) }]);
    await this.hint(instanceId);
  }

  async hint(...ids: InstanceId[]): Promise<void> {
    const partition = partitionOf(bucketOf(ids[0]!), this.partitions);
    const items = ids.map((instanceId) => ({ kind: 'hint', instanceId }));
    const content = Buffer.from(JSON.stringify({ v: 1, tenant: defaultTenant, kind: 'partition', items }));
    await this.transport.publish([{ exchange: exchanges.partitions, routingKey: partitionKey(partition), content }]);
  }

  /** Resolves with the head when the instance has ended, as the live stream tells; what an owner committed when it was killed nobody tells. */
  async end(id: InstanceId): Promise<InstanceHead> {
    for (;;) {
      const head = await this.head(id);
      if (head !== undefined && isEnded(head.status)) return head;
      const told = new Promise<void>((resolve) => this.ends.set(id, [...(this.ends.get(id) ?? []), resolve]));
      if (!this.ended.has(id)) await Promise.race([told, delay(lookAgainMs, undefined, { ref: false })]);
    }
  }

  async head(id: InstanceId): Promise<InstanceHead | undefined> {
    return (await this.store.load([id]))[0]?.head;
  }

  history(id: InstanceId): Promise<AuditEvent[]> {
    return this.store.history(id, 0, 100_000);
  }

  /** As if every lease and every orchestrator had run out: whoever looks next may claim. */
  async expireLeases(): Promise<void> {
    await this.pool.query('UPDATE workflow_partitions SET expires_at = 0');
    await this.pool.query('UPDATE workflow_orchestrators SET expires_at = 0');
  }

  async rows<Row>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query(sql, values)).rows as Row[];
  }

  private async watch(): Promise<void> {
    const spec = liveQueueSpec('bench');
    await this.transport.declareQueue(spec);
    await this.transport.consume(spec.name, {
      prefetch: 1_000,
      onDelivery: (delivery) => {
        const decoded = decodeEnvelope(delivery.content, liveSchema);
        delivery.settle('ack');
        if (!decoded.ok || decoded.value.kind !== 'ends') return;
        for (const id of decoded.value.items) this.noteEnd(id);
      },
    });
  }

  private sumOf(definition: string): { checksum?: string } {
    const sum = this.checksums.get(definition);
    return sum === undefined ? {} : { checksum: sum };
  }

  private noteEnd(id: string): void {
    this.ended.add(id);
    for (const resolve of this.ends.get(id) ?? []) resolve();
    this.ends.delete(id);
  }
}
