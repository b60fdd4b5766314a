import { Client, type Pool } from 'pg';
import { v7 } from 'uuid';
import { createDataSource, createHotPool, migrate } from '#libs/persistence';
import { type FloorCommit } from './chain-rows.js';
import { commitStatement, startStatement } from './floor-statements.js';

const database = 'bench_floor';

/** One instance moved by one commit. */
export interface FloorMove {
  readonly id: string;
  readonly bucket: number;
  readonly commit: FloorCommit;
}

/** The tables of the product in a database of their own on its server, and two statements that write into them, with nothing around. */
export class FloorStore implements AsyncDisposable {
  private readonly batchNo: number[] = [];

  private constructor(private readonly pool: Pool) {}

  /** @param serverUrl any database of the server; its user may create databases */
  static async open(serverUrl: string, connections: number): Promise<FloorStore> {
    const url = new URL(serverUrl);
    url.pathname = `/${database}`;
    await withClient(serverUrl, async (client) => {
      await client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
      await client.query(`CREATE DATABASE ${database}`);
    });
    const dataSource = await createDataSource(url.toString(), { poolSize: 2, statementTimeoutMs: 0 }).initialize();
    await migrate(dataSource).finally(() => dataSource.destroy());
    return new FloorStore(createHotPool(url.toString(), { poolSize: connections }));
  }

  /** @returns the new instances */
  async start(count: number, definition: string, steps: number): Promise<{ id: string; bucket: number }[]> {
    const rows = Array.from({ length: count }, (_, i) => ({ id: v7(), bucket: i % 4_096 }));
    const values = [listOf(rows, idOf), listOf(rows, bucketOf), definition, '0'.repeat(64), steps, Date.now()];
    await this.pool.query({ ...startStatement, values });
    return rows;
  }

  /** One round trip. @param lane stands for a partition: its commits come one after the other */
  async commit(lane: number, moves: readonly FloorMove[]): Promise<void> {
    const batchNo = (this.batchNo[lane] = (this.batchNo[lane] ?? 0) + 1);
    const events = moves.flatMap(({ id, commit }) => commit.events.map((event, i) => ({ id, seq: commit.fromSeq + i, event })));
    const begun = moves.filter(({ commit }) => commit.fromSeq === 1);
    const ended = moves.filter(({ commit }) => commit.next === null);
    const values = [
      batchNo,
      listOf(moves, idOf),
      listOf(moves, ({ commit }) => commit.fromSeq),
      listOf(moves, ({ commit }) => commit.toSeq),
      Date.now(),
      listOf(events, idOf),
      listOf(events, ({ seq }) => seq),
      listOf(events, ({ event }) => event.type),
      listOf(events, ({ event }) => event.path),
      listOf(events, ({ event }) => event.attempt),
      listOf(events, ({ event }) => quoted(event.data)),
      listOf(moves, ({ commit }) => commit.status),
      listOf(moves, ({ commit }) => commit.stepsDone),
      listOf(moves, ({ commit }) => commit.next?.path ?? null),
      listOf(begun, idOf),
      listOf(begun, bucketOf),
      listOf(ended, idOf),
      lane,
    ];
    await this.pool.query({ ...commitStatement, values });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.end();
  }
}

const idOf = ({ id }: { readonly id: string }): string => id;
const bucketOf = ({ bucket }: { readonly bucket: number }): number => bucket;
const quoted = (text: string): string => `"${text.replaceAll('"', '\\"')}"`;

/** An array as PostgreSQL writes it; texts that hold more than letters come quoted. */
const listOf = <T>(rows: readonly T[], value: (row: T) => string | number | null): string =>
  `{${rows.map((row) => value(row) ?? 'NULL').join(',')}}`;

async function withClient(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
