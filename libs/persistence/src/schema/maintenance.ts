import type { DataSource } from 'typeorm';
import { NOW_MS } from '../connections/database-clock.js';
import { DELIVERY_DAYS } from '../hooks/hook-deliveries.js';
import { IDEMPOTENCY_DAYS } from '../idempotency/idempotency-store.js';
import { lowestIdAt } from '../instances/uuid-bounds.js';
import { cursorsLeft, deliveriesLeft } from '../webhooks/webhook-leftovers.js';
import { ensureEventPartitions } from './migrate.js';

/** Journal rows are the gapless feed for this long. */
export const JOURNAL_DAYS = 7;
/** What came of the slots of schedules is kept for this long. */
export const TRIGGER_RUN_DAYS = 30;
/** Closed incidents are kept for this long; open ones until somebody closes them. */
export const INCIDENT_DAYS = 30;
const DAY_MS = 86_400_000;

export interface Swept {
  readonly eventPartitions: number;
  readonly journalRows: number;
  readonly idempotencyKeys: number;
  readonly keyedEvents: number;
  readonly webhookDeliveries: number;
  /** Rows of webhooks that are no more. */
  readonly webhookLeftovers: number;
  readonly stepLogs: number;
  readonly hookDeliveries: number;
  readonly triggerRuns: number;
  readonly incidents: number;
  readonly operatorLogResults: number;
}

export interface SweepOptions {
  /** Step logs are kept for so long. */
  readonly stepLogDays: number;
}

/** Rows removed or changed in one transaction. */
const ROWS_AT_ONCE = 10_000;

/** Housekeeping of the tables; safe to run from several processes, once an hour is enough. */
export class Maintenance {
  constructor(private readonly dataSource: DataSource) {}

  async sweep({ stepLogDays }: SweepOptions): Promise<Swept> {
    return {
      eventPartitions: await ensureEventPartitions(this.dataSource),
      journalRows: await this.sweepJournal(),
      idempotencyKeys: await this.removed('workflow_idempotency', `reserved_at < ${NOW_MS} - ${IDEMPOTENCY_DAYS * DAY_MS}`),
      // Their time to live is over, and their ids need not be remembered any more.
      keyedEvents: await this.removed(
        'workflow_keyed_events',
        `expires_at < ${NOW_MS} - ${IDEMPOTENCY_DAYS * DAY_MS} AND status <> 'offered'`,
      ),
      webhookDeliveries: await this.removed(
        'workflow_webhook_deliveries',
        `created_at < ${NOW_MS} - ${JOURNAL_DAYS * DAY_MS} AND status <> 'waiting'`,
      ),
      webhookLeftovers: (await this.inParts(deliveriesLeft(ROWS_AT_ONCE))) + (await this.removed(...cursorsLeft)),
      stepLogs: await this.sweepLogs(stepLogDays * DAY_MS),
      hookDeliveries: await this.removed('workflow_hook_deliveries', `at < ${NOW_MS} - ${DELIVERY_DAYS * DAY_MS}`),
      incidents: await this.removed('workflow_incidents', `resolved_at < ${NOW_MS} - ${INCIDENT_DAYS * DAY_MS}`),
      // By their ids, which begin with the time. A slot may not be started anew: none that old is ever decided again.
      triggerRuns: await this.removed(
        'workflow_trigger_runs',
        `id < '${lowestIdAt(Date.now() - TRIGGER_RUN_DAYS * DAY_MS)}' AND NOT (is_open AND instance_id IS NULL)`,
      ),
      operatorLogResults: await this.sweepResults(),
    };
  }

  /** Never the newest row of a partition (the next take-over continues from it), and nothing whose effects may have to be sent again. */
  private sweepJournal(): Promise<number> {
    return this.removed(
      'workflow_batches AS b',
      `b.committed_at < ${NOW_MS} - ${JOURNAL_DAYS * DAY_MS} AND b.batch_no < (
         SELECT least(n.batch_no, n.sent_through + 1) FROM workflow_batches n
         WHERE n.topology = b.topology AND n.partition = b.partition ORDER BY n.batch_no DESC LIMIT 1)`,
    );
  }

  /** By the time of the line, and along the key: an instance that is younger than that has no older lines. */
  private sweepLogs(olderThanMs: number): Promise<number> {
    const young = lowestIdAt(Date.now() - olderThanMs);
    const old = `SELECT instance_id, token, no FROM workflow_logs
      WHERE instance_id < $1 AND at < ${NOW_MS} - $2::bigint ORDER BY instance_id, token, no LIMIT ${ROWS_AT_ONCE}`;
    return this.inParts(
      `DELETE FROM workflow_logs AS l USING (${old}) AS o WHERE (l.instance_id, l.token, l.no) = (o.instance_id, o.token, o.no)`,
      [young, olderThanMs],
    );
  }

  /** What changes came to, once no repeat of their requests is known any more. By the time, and along the ids, which begin with it. */
  private sweepResults(): Promise<number> {
    const olderThanMs = IDEMPOTENCY_DAYS * DAY_MS;
    const old = `SELECT id FROM workflow_operator_log
      WHERE result IS NOT NULL AND id < $1 AND at < ${NOW_MS} - $2::bigint ORDER BY id LIMIT ${ROWS_AT_ONCE}`;
    return this.inParts(`UPDATE workflow_operator_log SET result = NULL WHERE id = ANY (ARRAY(${old}))`, [
      lowestIdAt(Date.now() - olderThanMs),
      olderThanMs,
    ]);
  }

  /** Runs a statement for so many rows at once until it finds fewer. */
  private async inParts(statement: string, values: readonly unknown[] = []): Promise<number> {
    for (let done = 0; ;) {
      const [, count]: [unknown, number] = await this.dataSource.query(statement, [...values]);
      done += count;
      if (count < ROWS_AT_ONCE) return done;
    }
  }

  private async removed(from: string, where: string): Promise<number> {
    const [, count]: [unknown, number] = await this.dataSource.query(`DELETE FROM ${from} WHERE ${where}`);
    return count;
  }
}
