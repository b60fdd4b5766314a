import { v7 as uuidv7 } from 'uuid';
import { type ChaosFaultItem, type ChaosFaults, type ChaosProfile, chaosRunSchema, type ChaosScope } from '#libs/contracts';
import { canonicalJson, type Json } from '#libs/engine';
import type { Database } from '../connections/database.js';
import { NOW_MS } from '../connections/database-clock.js';
import { plainArray, textLiteral } from '../connections/pg-array.js';
import { jsonOr } from '../payloads/spoilt.js';

/** What a run injects, where and how. */
export interface ChaosPlan {
  readonly profile: ChaosProfile | null;
  readonly faults: ChaosFaults;
  readonly scope: ChaosScope;
  readonly seed: number;
  readonly mayFailInstances: boolean;
}

/** A run; times are epoch ms of the database's clock. */
export interface StoredChaosRun {
  readonly id: string;
  readonly plan: ChaosPlan;
  readonly reason: string | null;
  readonly by: string | null;
  readonly startedAt: number;
  readonly endsAt: number;
  readonly endedAt: number | null;
  readonly countedFrom: number;
}

export interface ChaosMoment {
  /** The newest one; absent: chaos was never on. */
  readonly run: StoredChaosRun | undefined;
  /** By the database's clock, epoch ms. */
  readonly now: number;
}

export interface NewChaosRun {
  readonly plan: ChaosPlan;
  readonly durationMs: number;
  readonly reason?: string;
  readonly by?: string;
}

/** Rows of faults of former runs are gone with the next one; so are those of a run this long ago, ms. */
const runsKept = 20;
/** One at a time turns the switch. */
const switchLock = `SELECT pg_advisory_xact_lock(hashtext('orquestra.chaos'))`;
const columns = `id, plan, reason, by, started_at AS "startedAt", ends_at AS "endsAt", ended_at AS "endedAt", counted_from AS "countedFrom"`;

/** The switch of chaos mode, and the faults that were injected. */
export class ChaosStore {
  constructor(private readonly database: Database) {}

  async current(): Promise<ChaosMoment> {
    const rows: (Record<keyof StoredChaosRun, unknown> & { now: string | number })[] = await this.database.query(
      `SELECT r.*, ${NOW_MS} AS now FROM (SELECT 1) one LEFT JOIN (SELECT ${columns} FROM workflow_chaos_runs ORDER BY started_at DESC, id DESC LIMIT 1) r ON true`,
    );
    const [{ now, ...row }] = rows as [(typeof rows)[0]];
    return { run: row.id === null ? undefined : readRun(row), now: Number(now) };
  }

  /** Begins a run; one that is on ends with it. */
  async start({ plan, durationMs, reason, by }: NewChaosRun): Promise<void> {
    await this.database.transaction(async (manager) => {
      await manager.query(switchLock);
      await manager.query(`UPDATE workflow_chaos_runs SET ended_at = least(ends_at, ${NOW_MS}) WHERE ended_at IS NULL`);
      await manager.query('DELETE FROM workflow_chaos_faults');
      await manager.query(
        `DELETE FROM workflow_chaos_runs WHERE id NOT IN (SELECT id FROM workflow_chaos_runs ORDER BY started_at DESC LIMIT ${runsKept - 1})`,
      );
      await manager.query(
        `INSERT INTO workflow_chaos_runs (id, plan, reason, by, started_at, ends_at, counted_from)
         SELECT $1, $2, $3, $4, now.ms, now.ms + $5::int, now.ms FROM (SELECT ${NOW_MS} AS ms) now`,
        [uuidv7(), canonicalJson(plan as unknown as Json), reason ?? null, by ?? null, durationMs],
      );
    });
  }

  /** Ends the run that is on. @returns whether there was one */
  async stop(): Promise<boolean> {
    const [, ended] = (await this.database.query(
      `UPDATE workflow_chaos_runs SET ended_at = ${NOW_MS} WHERE ended_at IS NULL AND ends_at > ${NOW_MS}`,
    )) as [unknown, number];
    return ended > 0;
  }

  /** Ids of runs whose time is over, and whose end is not written down. */
  async expired(): Promise<string[]> {
    const rows: { id: string }[] = await this.database.query(
      `SELECT id FROM workflow_chaos_runs WHERE ended_at IS NULL AND ends_at <= ${NOW_MS}`,
    );
    return rows.map(({ id }) => id);
  }

  /** Writes down that a run has ended by itself. @returns false when somebody has already */
  async expire(id: string): Promise<boolean> {
    const [, ended] = (await this.database.query(
      'UPDATE workflow_chaos_runs SET ended_at = ends_at WHERE id = $1 AND ended_at IS NULL',
      [id],
    )) as [unknown, number];
    return ended > 0;
  }

  /** Forgets faults; the report of the newest run counts from now on. */
  async reset(): Promise<void> {
    await this.database.transaction(async (manager) => {
      await manager.query(switchLock);
      await manager.query('DELETE FROM workflow_chaos_faults');
      await manager.query(
        `UPDATE workflow_chaos_runs SET counted_from = ${NOW_MS} WHERE id = (SELECT id FROM workflow_chaos_runs ORDER BY started_at DESC, id DESC LIMIT 1)`,
      );
    });
  }

  /** Idempotent: a fault has its number within run and service. Those of a run that is no longer the newest, or before a reset, are forgotten. */
  async record(run: string, service: string, items: readonly ChaosFaultItem[]): Promise<void> {
    await this.database.query(
      `INSERT INTO workflow_chaos_faults (run_id, service, no, kind, at, target, count, ms, instances, paths, partitions, epochs, batch_nos)
       SELECT r.id, $2, f.no, f.kind, f.at, f.target, f.count, f.ms, f.instances::uuid[], f.paths::text[], f.partitions::smallint[], f.epochs::int[], f.batch_nos::bigint[]
       FROM (SELECT id, counted_from FROM workflow_chaos_runs ORDER BY started_at DESC, id DESC LIMIT 1) r,
         unnest($3::int[], $4::text[], $5::bigint[], $6::text[], $7::int[], $8::int[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[])
           AS f(no, kind, at, target, count, ms, instances, paths, partitions, epochs, batch_nos)
       WHERE r.id = $1 AND f.at >= r.counted_from
       ON CONFLICT DO NOTHING`,
      [
        ...[run, service],
        ...(['no', 'kind', 'at', 'target', 'count', 'ms'] as const).map((column) => items.map((item) => item[column])),
        items.map(({ steps }) => plainArray(steps.map(({ instanceId }) => instanceId))),
        items.map(({ steps }) => textLiteral(steps.map(({ path }) => path))),
        ...(['partition', 'epoch', 'batchNo'] as const).map((column) =>
          items.map(({ partitions }) => plainArray(partitions.map((one) => one[column]))),
        ),
      ],
    );
  }
}

const planSchema = chaosRunSchema.pick({ profile: true, faults: true, scope: true, seed: true, mayFailInstances: true });
const noPlan: ChaosPlan = { profile: null, faults: {}, scope: {}, seed: 0, mayFailInstances: false };

/** A run whose plan somebody has written over does nothing, and says why. */
function readRun(row: Record<keyof StoredChaosRun, unknown>): StoredChaosRun {
  const number = (value: unknown): number => Number(value);
  const plan = jsonOr<ChaosPlan>(row.plan as string, (value) => planSchema.safeParse(value).success, noPlan);
  return {
    id: row.id as string,
    plan,
    reason: plan === noPlan ? 'what it was to do cannot be read, so it does nothing' : (row.reason as string | null),
    by: row.by as string | null,
    startedAt: number(row.startedAt),
    endsAt: number(row.endsAt),
    endedAt: row.endedAt === null ? null : number(row.endedAt),
    countedFrom: number(row.countedFrom),
  };
}
