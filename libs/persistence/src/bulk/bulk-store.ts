import type { IncidentAction } from '#libs/contracts';
import { canonicalJson, type InstanceId, type JsonObject } from '#libs/engine';
import type { Database } from '../connections/database.js';
import { NOW_MS } from '../connections/database-clock.js';
import type { CappedCount } from '../instances/instance-queries.js';
import { isJsonObject, jsonOr } from '../payloads/spoilt.js';
import type { InboxKind } from '../ports.js';

export type BulkStatus = 'running' | 'stopping' | 'stopped' | 'completed' | 'failed';

export interface NewBulkJob {
  /** UUIDv7; also names the job's inbox rows, one an instance. */
  readonly id: string;
  readonly tenant: string;
  /** What each instance is told, or what is done to each incident. */
  readonly action: InboxKind | IncidentAction;
  /** Content of the inbox rows, or what the operator wants. */
  readonly message: JsonObject;
  readonly filter: JsonObject | null;
  /** Sorted, each once; in place of a filter. */
  readonly ids: readonly string[] | null;
  readonly perSecond: number;
  readonly total: CappedCount;
}

export interface BulkJobRow extends NewBulkJob {
  /** Why nobody knows any more what is to be done, and to what: somebody has written over it. Such a job does nothing. */
  readonly unreadable: string | null;
  readonly status: BulkStatus;
  /** Id of the last instance that is done with; the next one has a higher id. */
  readonly position: string | null;
  readonly done: number;
  readonly failed: number;
  readonly createdAt: number;
  readonly endedAt: number | null;
}

export interface BulkFailureRow {
  readonly instanceId: InstanceId;
  readonly code: string;
  readonly message: string;
}

/** What became of the instances after `position` up to `to`. */
export interface BulkProgress {
  readonly to: string;
  readonly done: number;
  readonly failures: readonly BulkFailureRow[];
}

interface Stored extends Omit<BulkJobRow, 'message' | 'filter' | 'total' | 'unreadable'> {
  readonly message: string;
  readonly filter: string | null;
  readonly total: number;
  readonly totalIsCapped: boolean;
}

/** How long a holder may be silent, ms. */
export const BULK_LEASE_MS = 10_000;

const columns = `id, tenant, action, message, filter, ids, status, total, total_is_capped AS "totalIsCapped", position, done, failed,
  per_second AS "perSecond", created_at AS "createdAt", ended_at AS "endedAt"`;

/** In the text: one job that is JSON no more must not fail the statement that looks for the others. */
const definitionOf = (job: string): string => `substring(${job}.filter from '"definition":"([^"]*)"')`;

/** Does it tell a whole definition (this one)? The last key of canonical JSON, so that nothing inside another one is meant. */
const ofDefinition = (job: string, definition?: string): string => {
  const isOne = `${job}.message LIKE '%"withDefinition":true}'`;
  return definition === undefined ? isOne : `${isOne} AND ${definitionOf(job)} = ${definition}`;
};

/** Bulk jobs: how far they are, who works on them, what they could not do. */
export class BulkStore {
  constructor(private readonly database: Database) {}

  /** Idempotent by id. */
  async insert(job: NewBulkJob): Promise<void> {
    await this.database.query(
      `INSERT INTO workflow_bulk_jobs (id, tenant, action, message, filter, ids, status, total, total_is_capped, per_second, created_at, lease_until)
       VALUES ($1, $2, $3, $4, $5, $6, 'running', $7, $8, $9, ${NOW_MS}, 0) ON CONFLICT DO NOTHING`,
      [
        ...[job.id, job.tenant, job.action, canonicalJson(job.message), job.filter && canonicalJson(job.filter), job.ids],
        ...[job.total.count, job.total.isCapped, job.perSecond],
      ],
    );
  }

  async get(id: string): Promise<BulkJobRow | undefined> {
    const rows: Stored[] = await this.database.query(`SELECT ${columns} FROM workflow_bulk_jobs WHERE id = $1`, [id]);
    return rows[0] && jobOf(rows[0]);
  }

  failures(id: string, after: string | null, limit: number): Promise<BulkFailureRow[]> {
    return this.database.query(
      `SELECT instance_id AS "instanceId", code, message FROM workflow_bulk_failures
       WHERE job_id = $1 AND ($2::uuid IS NULL OR instance_id > $2::uuid) ORDER BY instance_id LIMIT $3`,
      [id, after, limit],
    );
  }

  /** @returns false when it has ended already */
  async stop(id: string): Promise<boolean> {
    const [rows] = (await this.database.query(
      `UPDATE workflow_bulk_jobs SET status = 'stopping' WHERE id = $1 AND ended_at IS NULL RETURNING id`,
      [id],
    )) as [unknown[], number];
    return rows.length > 0;
  }

  /** Of those that tell a whole definition: what was to be told is no longer so. @param but the job that tells what is so */
  async stopOfDefinition(definition: string, but: string, tenant: string): Promise<void> {
    await this.database.query(
      `UPDATE workflow_bulk_jobs AS j SET status = 'stopping' WHERE j.tenant = $2 AND ${ofDefinition('j', '$1')} AND j.ended_at IS NULL AND j.id <> $3`,
      [definition, tenant, but],
    );
  }

  /**
   * Takes the oldest open job nobody works on, for one lease. Those that tell a whole definition come one after the other: what the later
   * one says is the last word each instance hears.
   */
  async claim(owner: string): Promise<BulkJobRow | undefined> {
    const [rows] = (await this.database.query(
      `UPDATE workflow_bulk_jobs SET lease_owner = $1, lease_until = ${NOW_MS} + ${BULK_LEASE_MS}
       WHERE id = (
         SELECT j.id FROM workflow_bulk_jobs j WHERE j.ended_at IS NULL AND j.lease_until < ${NOW_MS}
           AND NOT (${ofDefinition('j')} IS TRUE AND EXISTS (
             SELECT FROM workflow_bulk_jobs e WHERE e.ended_at IS NULL AND e.tenant = j.tenant AND (e.created_at, e.id) < (j.created_at, j.id)
               AND ${ofDefinition('e', definitionOf('j'))}))
         ORDER BY j.id LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING ${columns}`,
      [owner],
    )) as [Stored[], number];
    return rows[0] && jobOf(rows[0]);
  }

  /**
   * Lengthens the lease, and keeps what was done in the same statement: counted once, whoever did it.
   * @returns the job, or undefined when another works on it by now (then nothing was kept)
   */
  async advance(
    owner: string,
    job: Pick<BulkJobRow, 'id' | 'position'>,
    progress?: BulkProgress,
  ): Promise<BulkJobRow | undefined> {
    const failures = progress?.failures ?? [];
    const rows: Stored[] = await this.database.query(
      `WITH mine AS (
         UPDATE workflow_bulk_jobs SET lease_until = ${NOW_MS} + ${BULK_LEASE_MS}, position = coalesce($4::uuid, position), done = done + $5, failed = failed + $6
         WHERE id = $1 AND lease_owner = $2 AND position IS NOT DISTINCT FROM $3::uuid AND ended_at IS NULL RETURNING ${columns}
       ), kept AS (
         INSERT INTO workflow_bulk_failures (job_id, instance_id, code, message)
         SELECT mine.id, f.* FROM mine, unnest($7::uuid[], $8::text[], $9::text[]) AS f ON CONFLICT DO NOTHING
       )
       SELECT * FROM mine`,
      [
        ...[job.id, owner, job.position, progress?.to ?? null, progress?.done ?? 0, failures.length],
        ...[failures.map((one) => one.instanceId), failures.map((one) => one.code), failures.map((one) => one.message)],
      ],
    );
    return rows[0] && jobOf(rows[0]);
  }

  /** The end, unless another works on it by now. */
  async end(owner: string, id: string, status: 'stopped' | 'completed'): Promise<void> {
    await this.database.query(
      `UPDATE workflow_bulk_jobs SET status = $3, ended_at = ${NOW_MS} WHERE id = $1 AND lease_owner = $2 AND ended_at IS NULL`,
      [id, owner, status],
    );
  }

  /** Its end without another step, unless another works on it by now. Why is its last failure, under its own id. */
  async fail(owner: string, id: string, { code, message }: Pick<BulkFailureRow, 'code' | 'message'>): Promise<void> {
    await this.database.query(
      `WITH mine AS (
         UPDATE workflow_bulk_jobs SET status = 'failed', ended_at = ${NOW_MS} WHERE id = $1 AND lease_owner = $2 AND ended_at IS NULL RETURNING id
       )
       INSERT INTO workflow_bulk_failures (job_id, instance_id, code, message) SELECT id, id, $3, $4 FROM mine ON CONFLICT DO NOTHING`,
      [id, owner, code, message],
    );
  }

  /** Gives the lease back: another may go on at once. */
  async release(owner: string): Promise<void> {
    await this.database.query(`UPDATE workflow_bulk_jobs SET lease_until = 0 WHERE lease_owner = $1 AND ended_at IS NULL`, [
      owner,
    ]);
  }
}

/** What cannot be read is never taken for something else: no filter would mean everything there is. */
function jobOf({ message, filter, total, totalIsCapped, ...row }: Stored): BulkJobRow {
  const told = jsonOr<JsonObject | null>(message, isJsonObject, null);
  const wanted = filter === null ? null : jsonOr<JsonObject | null>(filter, isJsonObject, null);
  return {
    ...row,
    message: told ?? {},
    filter: wanted,
    unreadable: told === null ? unreadable('message') : wanted === null && row.ids === null ? unreadable('filter') : null,
    total: { count: total, isCapped: totalIsCapped },
  };
}

const unreadable = (what: string): string => `expected the ${what} this job was begun with, but somebody has written over it`;
