import type { DataSource } from 'typeorm';
import type { InstanceStatus } from '#libs/engine';
import { capped, type CappedCount, COUNT_CAP } from '../instances/instance-queries.js';

/** Sums over all partitions. `durationMs` is the sum over the instances that ended. */
export interface Figures {
  readonly started: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly timedOut: number;
  readonly steps: number;
  readonly durationMs: number;
}

export interface StatsRange {
  readonly definition?: string;
  /** Epoch ms, inclusive. */
  readonly from: number;
  /** Epoch ms, exclusive. */
  readonly to: number;
}

/** Bounded: what a stranger has written over one row must not keep all figures from being read. */
const sumOf = (column: string, name = column): string =>
  `least(greatest(sum(${column}), 0), ${Number.MAX_SAFE_INTEGER})::bigint AS "${name}"`;
const sums = [
  ...['started', 'completed', 'failed', 'cancelled', 'steps'].map((column) => sumOf(column)),
  sumOf('timed_out', 'timedOut'),
  sumOf('duration_ms', 'durationMs'),
].join(', ');
const inRange = `minute >= $1 AND minute < $2 AND ($3::text IS NULL OR definition = $3)`;
const none: Figures = { started: 0, completed: 0, failed: 0, cancelled: 0, timedOut: 0, steps: 0, durationMs: 0 };

/** Figures of the minutes, written by owners with their batches; and what is open now. */
export class StatsQueries {
  constructor(private readonly dataSource: DataSource) {}

  /** One row per minute in which something happened. @param stepMs minutes are summed up to this width; default one minute */
  series(range: StatsRange, stepMs = 60_000): Promise<(Figures & { readonly minute: number })[]> {
    return this.dataSource.query(
      `SELECT (minute / $4::bigint) * $4::bigint AS minute, ${sums} FROM workflow_stats WHERE ${inRange} GROUP BY 1 ORDER BY 1`,
      [...valuesOf(range), stepMs],
    );
  }

  async totals(range: StatsRange): Promise<Figures> {
    const rows: Figures[] = await this.dataSource.query(
      `SELECT ${sums} FROM workflow_stats WHERE ${inRange} HAVING count(*) > 0`,
      valuesOf(range),
    );
    return rows[0] ?? none;
  }

  byDefinition(range: StatsRange): Promise<(Figures & { readonly definition: string })[]> {
    return this.dataSource.query(
      `SELECT definition, ${sums} FROM workflow_stats WHERE ${inRange} GROUP BY 1 ORDER BY 1`,
      valuesOf(range),
    );
  }

  /** Instances that have not ended. */
  async open(): Promise<CappedCount> {
    const rows: { n: number }[] = await this.dataSource.query(
      `SELECT count(*)::int AS n FROM (SELECT 1 FROM workflow_wakeups LIMIT ${COUNT_CAP + 1}) x`,
    );
    return capped(rows[0]!.n);
  }

  /** The same by definition and status, over at most `COUNT_CAP` of them. */
  openByDefinition(): Promise<{ definition: string; status: InstanceStatus; count: number }[]> {
    return this.dataSource.query(
      `SELECT i.definition, i.status, count(*)::int AS count
       FROM (SELECT instance_id FROM workflow_wakeups LIMIT ${COUNT_CAP}) w JOIN workflow_instances i ON i.id = w.instance_id GROUP BY 1, 2 ORDER BY 1, 2`,
    );
  }

  /** Step queues and their incarnations, as orchestrators declared them. */
  queues(): Promise<{ queue: string; task: string; incarnation: number }[]> {
    return this.dataSource.query('SELECT queue, task, incarnation FROM workflow_queues ORDER BY queue, task');
  }
}

const valuesOf = ({ from, to, definition }: StatsRange): unknown[] => [from, to, definition ?? null];
