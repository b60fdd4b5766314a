import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { canonicalJson, type JsonObject } from '#libs/engine';
import { NOW_MS } from '../connections/database-clock.js';
import { dataFault } from '../events/sql-faults.js';
import type { IncidentStatus } from './incident.js';

/** How long one redrive may take before another may begin, ms. */
export const REDRIVE_LEASE_MS = 30_000;

/** Who does it, why and from where. */
export interface Operator {
  readonly actor: string;
  readonly reason?: string | undefined;
  readonly address?: string | undefined;
  /** What else was asked for; no payloads. */
  readonly details?: JsonObject | undefined;
}

/** As it was when the redrive began. */
export interface Round {
  readonly redrives: number;
  readonly deliveries: number;
}

/** Steps at or below `path` (absent: all) are tried again since the event `seq`. */
export interface RetriedSteps {
  readonly instanceId: string;
  readonly path?: string | undefined;
  readonly seq: number;
}

const logged = `INSERT INTO workflow_operator_log (id, at, actor, action, target, reason, details, address)`;

/**
 * What operators do to incidents, each together with its entry in the operator log.
 *
 * A redrive is three steps: begin (a lease, so that two never run at once), the effect, the end. The effect of the n-th redrive has the
 * name `incident:<id>:<n>`, under which it is stored once (an inbox row, a request of the idempotency store) or is harmless twice (a
 * completion with its token). n moves only when the effect was refused. So whoever is killed in between leaves the incident open, and the
 * next redrive finds what was done: nothing runs twice, and nothing is closed that was not done.
 */
export class IncidentActs {
  constructor(private readonly dataSource: DataSource) {}

  /** Takes the lease, and writes down who does it before it is done. @returns false when it is closed, or somebody is at it */
  async begin(id: string, by: Operator): Promise<boolean> {
    const rows: unknown[] = await this.dataSource.query(
      `WITH taken AS (
         UPDATE workflow_incidents SET redriving_until = ${NOW_MS} + ${REDRIVE_LEASE_MS}
         WHERE id = $1 AND resolved_at IS NULL AND coalesce(redriving_until, 0) < ${NOW_MS} RETURNING id, redrives, instance_id, path, kind
       ), noted AS (
         ${logged} SELECT $2::uuid, ${NOW_MS}, $3, 'incident.redrive', id::text, $4,
           ($5::jsonb || jsonb_strip_nulls(jsonb_build_object('redrive', redrives + 1, 'kind', kind, 'instance', instance_id, 'path', path)))::text, $6 FROM taken
       ) SELECT id FROM taken`,
      [id, uuidv7(), by.actor, by.reason ?? null, canonicalJson(by.details ?? {}), by.address ?? null],
    );
    return rows.length > 0;
  }

  /** It was done. One that has happened again meanwhile (`deliveries`) stays open. @returns whether it is closed */
  async done(id: string, { redrives, deliveries }: Round, by: Operator, result: string): Promise<boolean> {
    const [, count]: [unknown, number] = await this.dataSource.query(
      `UPDATE workflow_incidents SET resolved_at = ${NOW_MS}, closed_as = 'redriven', closed_by = $4, closed_reason = $5, result = $6,
         redriving_until = NULL
       WHERE id = $1 AND redrives = $2 AND deliveries = $3 AND resolved_at IS NULL`,
      [id, redrives, deliveries, by.actor, by.reason ?? null, result],
    );
    if (count === 0) await this.giveBack(id);
    return count === 1;
  }

  /** It was refused again, and is told as it is now. Nothing was done, so the next redrive has a name of its own. */
  async refused(id: string, redrives: number, { code, message }: { code: string; message: string }): Promise<void> {
    await this.dataSource.query(
      `UPDATE workflow_incidents SET redrives = redrives + 1, redriving_until = NULL, result = $3
       WHERE id = $1 AND redrives = $2 AND resolved_at IS NULL`,
      [id, redrives, `${code}: ${message}`],
    );
  }

  /** It could not be tried, or nobody knows yet: the next redrive has the same name. */
  async giveBack(id: string): Promise<void> {
    await this.dataSource.query(`UPDATE workflow_incidents SET redriving_until = NULL WHERE id = $1`, [id]);
  }

  /**
   * Steps that were lost and that somebody has had tried again, or passed over, by hand: what is to become of them is decided. A decision made
   * by a redrive closes its incident itself.
   * @returns ids of the incidents that are closed
   * @throws DataFault a row cannot be read as what it was
   */
  async settleLost(retried: RetriedSteps, by: Operator): Promise<string[]> {
    try {
      return await this.settle(retried, by);
    } catch (error) {
      throw dataFault(error) ?? error;
    }
  }

  private async settle({ instanceId, path, seq }: RetriedSteps, by: Operator): Promise<string[]> {
    const rows: { id: string }[] = await this.dataSource.query(
      `SELECT x.id FROM workflow_incidents x
       WHERE x.kind = 'lostStep' AND x.resolved_at IS NULL AND x.instance_id = $1
         AND starts_with(x.path || '/', coalesce($2, x.path) || '/') AND substring(x.message_key FROM ':(\\d+)$')::numeric < $3
         AND NOT EXISTS (SELECT FROM workflow_inbox b WHERE b.instance_id = x.instance_id
           AND b.id = 'incident:' || x.id || ':' || x.redrives AND b.outcome = 'applied')`,
      [instanceId, path ?? null, seq],
    );
    const ids = rows.map(({ id }) => id);
    return ids.length === 0 ? ids : this.close(ids, 'resolved', by);
  }

  /** Closes those that are open, that nobody redrives at this moment, and of which no decision waits for its owner. @returns their ids */
  async close(ids: readonly string[], as: Extract<IncidentStatus, 'discarded' | 'resolved'>, by: Operator): Promise<string[]> {
    const rows: { id: string }[] = await this.dataSource.query(
      `WITH closed AS (
         UPDATE workflow_incidents AS x SET resolved_at = ${NOW_MS}, closed_as = $3, closed_by = $4, closed_reason = $5
         FROM unnest($1::uuid[], $2::uuid[]) AS u(id, log_id)
         WHERE x.id = u.id AND x.resolved_at IS NULL AND coalesce(x.redriving_until, 0) < ${NOW_MS}
           AND NOT EXISTS (SELECT FROM workflow_inbox b WHERE b.instance_id = x.instance_id
             AND b.id = 'incident:' || x.id || ':' || x.redrives AND b.applied_seq IS NULL)
         RETURNING x.id, u.log_id, x.kind, x.instance_id, x.path
       ), noted AS (
         ${logged} SELECT log_id, ${NOW_MS}, $4, $6, id::text, $5,
           ($7::jsonb || jsonb_strip_nulls(jsonb_build_object('kind', kind, 'instance', instance_id, 'path', path)))::text, $8 FROM closed
       ) SELECT id FROM closed`,
      [
        ...[ids, ids.map(() => uuidv7()), as, by.actor, by.reason ?? null],
        ...[as === 'discarded' ? 'incident.discard' : 'incident.resolve', canonicalJson(by.details ?? {}), by.address ?? null],
      ],
    );
    return rows.map(({ id }) => id);
  }
}
