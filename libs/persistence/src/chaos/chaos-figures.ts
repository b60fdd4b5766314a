import type { DataSource } from 'typeorm';
import { endedInstanceStatuses } from '#libs/engine';
import { capped, type CappedCount, COUNT_CAP } from '../instances/instance-queries.js';
import { lowestIdAt } from '../instances/uuid-bounds.js';
import type { StoredChaosRun } from './chaos-store.js';

export interface ChaosRates {
  readonly instances: number;
  readonly ended: number;
  readonly completed: number;
}

export interface ChaosRecovery {
  readonly samples: number;
  readonly open: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

export interface ChaosFaultRow {
  readonly at: number;
  readonly kind: string;
  readonly service: string;
  readonly target: string;
  readonly instanceId: string | null;
  readonly path: string | null;
  readonly ms: number | null;
}

/** Instances created in a span of time that are looked at, at most. */
const instancesAtMost = 10_000;
/** Faults whose recovery is looked for, at most: the newest. */
const samplesAtMost = 2_000;
const ended = `('${[...endedInstanceStatuses].join("','")}')`;
/** A message that came twice, and a statement that was slow, leave nothing to recover from. */
const harmless = `('duplicateMessage','slowDatabase')`;

/** What came of the faults of a run. Everything here is bounded. */
export class ChaosFigures {
  constructor(private readonly dataSource: DataSource) {}

  async byKind(run: string): Promise<{ kind: string; count: number }[]> {
    return this.dataSource.query(
      'SELECT kind, sum(count)::int AS count FROM workflow_chaos_faults WHERE run_id = $1 GROUP BY kind ORDER BY 2 DESC, 1',
      [run],
    );
  }

  recent(run: string, limit: number): Promise<ChaosFaultRow[]> {
    return this.dataSource.query(
      `SELECT at::float8 AS at, kind, service, target, instances[1] AS "instanceId", paths[1] AS path, ms
       FROM workflow_chaos_faults WHERE run_id = $1 ORDER BY at DESC, no DESC LIMIT $2`,
      [run, limit],
    );
  }

  /** Ids of instances that were hit, newest first; at most `COUNT_CAP`. */
  async touched(run: string): Promise<{ count: CappedCount; ids: string[] }> {
    const rows: { id: string }[] = await this.dataSource.query(
      `SELECT DISTINCT unnest(instances) AS id FROM workflow_chaos_faults WHERE run_id = $1 ORDER BY 1 DESC LIMIT ${COUNT_CAP + 1}`,
      [run],
    );
    return { count: capped(rows.length), ids: rows.slice(0, COUNT_CAP).map(({ id }) => id) };
  }

  /** Instances created from `from` until before `to`, epoch ms, of these definitions. */
  async rates(from: number, to: number, definitions: readonly string[] = []): Promise<ChaosRates> {
    const [row]: ChaosRates[] = await this.dataSource.query(
      `SELECT count(*)::int AS instances, count(*) FILTER (WHERE status IN ${ended})::int AS ended, count(*) FILTER (WHERE status = 'completed')::int AS completed
       FROM (SELECT status FROM workflow_instances WHERE id >= $1 AND id < $2 AND ($3::text[] IS NULL OR definition = ANY ($3)) LIMIT ${instancesAtMost}) i`,
      [lowestIdAt(from), lowestIdAt(to), definitions.length === 0 ? null : definitions],
    );
    return row!;
  }

  /** Of these instances: how many ended with an injected failure, and how many attempts were opened again. */
  async consequences(ids: readonly string[], from: number): Promise<{ failedByChaos: number; retries: number }> {
    const [row]: { failedByChaos: number; retries: number }[] = await this.dataSource.query(
      `SELECT
         (SELECT count(*)::int FROM workflow_instances WHERE id = ANY ($1::uuid[]) AND error LIKE '%"code":"CHAOS\\_F%') AS "failedByChaos",
         (SELECT count(*)::int FROM workflow_events e WHERE e.instance_id = ANY ($1::uuid[]) AND e.type = 'stepRetryScheduled' AND e.occurred_at >= $2) AS retries`,
      [ids, from],
    );
    return row!;
  }

  /**
   * From a fault until the next thing that happened to the step it hit, and from a kill until each partition was taken over. A step that needed nothing any
   * more, because its instance has ended, is no sample.
   */
  async recovery(run: StoredChaosRun['id'], topology: number): Promise<ChaosRecovery> {
    const [row]: ChaosRecovery[] = await this.dataSource.query(
      `WITH hits AS (
         SELECT f.at, s.id, s.path FROM workflow_chaos_faults f CROSS JOIN LATERAL unnest(f.instances, f.paths) AS s(id, path)
         WHERE f.run_id = $1 AND f.kind NOT IN ${harmless} ORDER BY f.at DESC LIMIT ${samplesAtMost}
       ), steps AS (
         SELECT (SELECT e.occurred_at FROM workflow_events e WHERE e.instance_id = h.id AND e.path = h.path AND e.occurred_at >= h.at ORDER BY e.seq LIMIT 1) - h.at AS ms,
           i.status IN ${ended} AS is_over
         FROM hits h JOIN workflow_instances i ON i.id = h.id
       ), kills AS (
         SELECT f.at, p.partition, p.epoch, p.batch_no FROM workflow_chaos_faults f
         CROSS JOIN LATERAL unnest(f.partitions, f.epochs, f.batch_nos) AS p(partition, epoch, batch_no) WHERE f.run_id = $1 LIMIT ${samplesAtMost}
       ), all_of_them AS (
         SELECT ms FROM steps WHERE ms IS NOT NULL OR NOT is_over
         UNION ALL
         SELECT (SELECT greatest(b.committed_at - k.at, 0) FROM workflow_batches b
           WHERE b.topology = $2 AND b.partition = k.partition AND b.batch_no > k.batch_no AND b.epoch > k.epoch ORDER BY b.batch_no LIMIT 1) FROM kills k
       )
       SELECT count(ms)::int AS samples, (count(*) - count(ms))::int AS open,
         round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms))::float8 AS "p50Ms", round(percentile_cont(0.95) WITHIN GROUP (ORDER BY ms))::float8 AS "p95Ms"
       FROM all_of_them`,
      [run, topology],
    );
    return row!;
  }

  /** Instances that are open, of these definitions or of any. */
  async running(definitions: readonly string[] = []): Promise<CappedCount> {
    const rows: unknown[] = await this.dataSource.query(
      `SELECT 1 FROM workflow_wakeups w ${definitions.length === 0 ? '' : 'JOIN workflow_instances i ON i.id = w.instance_id AND i.definition = ANY ($1)'} LIMIT ${COUNT_CAP + 1}`,
      definitions.length === 0 ? [] : [definitions],
    );
    return capped(rows.length);
  }
}
