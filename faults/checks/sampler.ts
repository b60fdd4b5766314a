import { readdirSync, readFileSync } from 'node:fs';
import { Client } from 'pg';
import { instanceLifecycle } from '#libs/engine';
import { monoMs } from '../ledger/ledger-record.js';
import type { World } from '../world/world.js';

/** Partitions changed hands, or their owner took them anew: its lease was lost. */
export interface TakeOvers {
  readonly partitions: number;
  /** By number of the partition: when each was seen, CLOCK_MONOTONIC ms. */
  readonly at: ReadonlyMap<number, readonly number[]>;
}

/** What was seen while the system ran, every second. */
export interface Samples {
  readonly taken: number;
  /** MiB, the most of any process of a role. */
  readonly rssMiB: Readonly<Record<string, number>>;
  readonly descriptors: Readonly<Record<string, number>>;
  readonly connections: number;
  readonly violations: readonly string[];
  readonly takeOvers: TakeOvers;
}

/** Looks at the database (past all proxies) and at /proc once a second; a server that is away is left out. */
export class Sampler implements AsyncDisposable {
  private readonly rssMiB: Record<string, number> = {};
  private readonly descriptors: Record<string, number> = {};
  private readonly violations: string[] = [];
  private readonly epochs = new Map<number, number>();
  private readonly takeOvers = new Map<number, number[]>();
  private connections = 0;
  private taken = 0;
  private known = 0;
  private isEnding = false;
  private client: Client | undefined;
  private readonly loop: Promise<void>;

  /** @param acknowledged how many starts are acknowledged by now */
  constructor(
    private readonly world: World,
    private readonly acknowledged: () => number,
  ) {
    this.loop = this.run();
  }

  get result(): Samples {
    const { taken, rssMiB, descriptors, connections, violations } = this;
    const takeOvers = { partitions: this.epochs.size, at: this.takeOvers };
    return { taken, rssMiB, descriptors, connections, violations, takeOvers };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isEnding = true;
    await this.loop;
    await this.client?.end().catch(() => undefined);
  }

  private async run(): Promise<void> {
    while (!this.isEnding) {
      this.lookAtProcesses();
      await this.lookAtDatabase().catch(() => this.forget());
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }

  /** I6: what was started is there, in a status there is, and never becomes less. */
  private async lookAtDatabase(): Promise<void> {
    const before = this.acknowledged();
    const client = await this.connected();
    const { rows } = await client.query<{ status: string; count: number }>(
      'SELECT status, count(*)::int AS count FROM workflow_instances GROUP BY status',
    );
    const sessions = await client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'faults'`,
    );
    await this.lookAtLeases(client);
    const all = rows.reduce((sum, { count }) => sum + count, 0);
    const unknown = rows.filter(({ status }) => !(status in instanceLifecycle));
    if (unknown.length > 0)
      this.violations.push(`instances in a status there is not: ${unknown.map(({ status }) => status).join(', ')}`);
    if (all < before) this.violations.push(`${before} starts were acknowledged, but there are ${all} instances`);
    if (all < this.known) this.violations.push(`there were ${this.known} instances, and now there are ${all}`);
    this.known = all;
    this.connections = Math.max(this.connections, sessions.rows[0]!.count);
    this.taken += 1;
  }

  private async lookAtLeases(client: Client): Promise<void> {
    const { rows } = await client.query<{ partition: number; epoch: number }>('SELECT partition, epoch FROM workflow_partitions');
    for (const { partition, epoch } of rows) {
      const times = this.takeOvers.get(partition) ?? [];
      for (let seen = this.epochs.get(partition) ?? epoch; seen < epoch; seen += 1) times.push(monoMs());
      this.takeOvers.set(partition, times);
      this.epochs.set(partition, epoch);
    }
  }

  private lookAtProcesses(): void {
    for (const { pid, isRunning, spec } of this.world.cluster.members) {
      if (pid === undefined || !isRunning) continue;
      const role = spec.name.split('-')[0]!;
      try {
        const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
        this.rssMiB[role] = Math.max(this.rssMiB[role] ?? 0, Math.round(Number(resident) / 1_024));
        this.descriptors[role] = Math.max(this.descriptors[role] ?? 0, readdirSync(`/proc/${pid}/fd`).length);
      } catch {
        // it has just ended
      }
    }
  }

  private async connected(): Promise<Client> {
    if (this.client !== undefined) return this.client;
    const client = new Client({
      connectionString: this.world.database.url,
      connectionTimeoutMillis: 2_000,
      query_timeout: 5_000,
      application_name: 'faults',
    });
    client.on('error', () => this.forget());
    await client.connect();
    this.client = client;
    return client;
  }

  private forget(): void {
    void this.client?.end().catch(() => undefined);
    this.client = undefined;
  }
}
