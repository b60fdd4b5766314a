import { v7 as uuidv7 } from 'uuid';
import { canonicalJson, type InstanceId, type JsonObject } from '#libs/engine';
import { readCursor, writeCursor } from '../connections/cursor.js';
import type { Database } from '../connections/database.js';
import { NOW_MS } from '../connections/database-clock.js';
import { dataFault } from '../events/sql-faults.js';
import type { Page, PageOf } from '../instances/instance-queries.js';
import { isJsonObject, jsonOr } from '../payloads/spoilt.js';
import { type DeliveryRow, type DeliveryStatus, pingEvent, type WebhookFacts, type WebhookRow } from './webhook-rows.js';
import { deliveryColumns, webhookColumns, webhookStatements } from './webhook-statements.js';

export interface Stored extends Omit<WebhookRow, 'headers'> {
  readonly headers: string;
}

/** Waiting deliveries are counted no further. */
const countedAtMost = 100_000;

/** Outgoing webhooks as people see them: said, looked at, removed. */
export class WebhookStore {
  constructor(private readonly database: Database) {}

  /**
   * A new one begins with what is committed from now on, in every partition.
   * @returns the row, and whether it is new
   */
  async put(tenant: string, name: string, facts: WebhookFacts): Promise<{ row: WebhookRow; isNew: boolean }> {
    const { url, definitions, events, severity, secrets, headers, status, note } = facts;
    const values = [url, definitions, events, severity, secrets, canonicalJson(headers as JsonObject), status, note];
    try {
      const rows: (Stored & { isNew: boolean })[] = await this.database.query(
        `WITH put AS (
           INSERT INTO workflow_webhooks AS w (id, tenant, name, url, definitions, events, severity, secrets, headers, status, note, created_at, changed_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, ${NOW_MS}, ${NOW_MS})
           ON CONFLICT (tenant, name) DO UPDATE SET url = excluded.url, definitions = excluded.definitions, events = excluded.events,
             severity = excluded.severity, secrets = excluded.secrets, headers = excluded.headers, status = excluded.status, note = excluded.note,
             failing_since = CASE WHEN w.url = excluded.url THEN w.failing_since END, changed_at = excluded.changed_at
           RETURNING ${webhookColumns}, xmax = 0 AS "isNew"
         ), begun AS (
           INSERT INTO workflow_webhook_cursors (webhook_id, topology, partition, batch_no, place, seq)
           SELECT put.id, p.topology, p.partition, coalesce((
             SELECT b.batch_no FROM workflow_batches b WHERE b.topology = p.topology AND b.partition = p.partition
             ORDER BY b.batch_no DESC LIMIT 1), 0) + 1, 0, 0
           FROM put CROSS JOIN workflow_partitions p WHERE put."isNew"
         )
         SELECT * FROM put`,
        [uuidv7(), tenant, name, ...values],
      );
      const { isNew, ...row } = rows[0]!;
      return { row: webhookOf(row), isNew };
    } catch (error) {
      throw dataFault(error) ?? error;
    }
  }

  async get(tenant: string, name: string): Promise<WebhookRow | undefined> {
    const rows: Stored[] = await this.database.query(
      `SELECT ${webhookColumns} FROM workflow_webhooks WHERE tenant = $1 AND name = $2`,
      [tenant, name],
    );
    return rows[0] && webhookOf(rows[0]);
  }

  /** Newest first. @throws InvalidCursor */
  async list(tenant: string, { limit, cursor }: Page): Promise<PageOf<WebhookRow>> {
    const before = cursor === undefined ? null : readCursor('webhooks', cursor);
    const rows: Stored[] = await this.database.query(
      `SELECT ${webhookColumns} FROM workflow_webhooks WHERE tenant = $1 AND ($2::uuid IS NULL OR id < $2::uuid) ORDER BY id DESC LIMIT $3`,
      [tenant, before, limit + 1],
    );
    const items = rows.slice(0, limit).map(webhookOf);
    return { items, next: rows.length > limit ? writeCursor('webhooks', items.at(-1)!.id) : null };
  }

  /** With its deliveries: whoever fills it holds on to its row, so nothing comes after it is gone. @returns whether there was one */
  remove(tenant: string, name: string): Promise<boolean> {
    return this.database.transaction(async (manager) => {
      const [rows] = await manager.query<[{ id: string }[], number]>(
        'DELETE FROM workflow_webhooks WHERE tenant = $1 AND name = $2 RETURNING id',
        [tenant, name],
      );
      for (const table of ['workflow_webhook_deliveries', 'workflow_webhook_cursors'])
        for (const { id } of rows) await manager.query(`DELETE FROM ${table} WHERE webhook_id = $1`, [id]);
      return rows.length > 0;
    });
  }

  /** Active, and everything that waits is due now. */
  enable(id: string): Promise<void> {
    return this.database.transaction(async (manager) => {
      await manager.query(
        `UPDATE workflow_webhooks SET status = 'active', note = NULL, failing_since = NULL, changed_at = ${NOW_MS} WHERE id = $1`,
        [id],
      );
      await manager.query(
        `UPDATE workflow_webhook_deliveries SET next_at = ${NOW_MS} WHERE webhook_id = $1 AND status = 'waiting' AND next_at > ${NOW_MS}`,
        [id],
      );
    });
  }

  /** How many deliveries of each wait, capped. */
  async waiting(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows: { id: string; waiting: number }[] = await this.database.query(webhookStatements.waiting.text, [
      ids,
      countedAtMost,
    ]);
    return new Map(rows.map(({ id, waiting }) => [id, waiting]));
  }

  /** A delivery that tests the webhook: of no instance, with an id of its own. @returns undefined when the webhook is gone */
  async ping(webhookId: string, id: InstanceId): Promise<DeliveryRow | undefined> {
    await this.database.query(
      `INSERT INTO workflow_webhook_deliveries (webhook_id, instance_id, seq, id, event, status, created_at, tried_since, next_at)
       SELECT w.id, $2, 0, $2, $3, 'waiting', ${NOW_MS}, ${NOW_MS}, ${NOW_MS} FROM workflow_webhooks w WHERE w.id = $1 FOR KEY SHARE
       ON CONFLICT DO NOTHING`,
      [webhookId, id, pingEvent],
    );
    return this.delivery(webhookId, id, 0);
  }

  /** It is tried again, for three days more. @returns undefined when it is kept no more */
  async redeliver(webhookId: string, instanceId: string, seq: number): Promise<DeliveryRow | undefined> {
    await this.database.query(
      `UPDATE workflow_webhook_deliveries SET status = 'waiting', attempts = 0, tried_since = ${NOW_MS}, next_at = ${NOW_MS}
       WHERE webhook_id = $1 AND instance_id = $2 AND seq = $3`,
      [webhookId, instanceId, seq],
    );
    return this.delivery(webhookId, instanceId, seq);
  }

  /** Newest first. @throws InvalidCursor */
  async deliveries(webhookId: string, status: DeliveryStatus | undefined, { limit, cursor }: Page): Promise<PageOf<DeliveryRow>> {
    const before = cursor === undefined ? null : readCursor('deliveries', cursor);
    const rows: DeliveryRow[] = await this.database.query(
      `SELECT ${deliveryColumns} FROM workflow_webhook_deliveries WHERE webhook_id = $1 AND ($2::uuid IS NULL OR id < $2::uuid)
         AND ($3::text IS NULL OR status = $3) ORDER BY id DESC LIMIT $4`,
      [webhookId, before, status ?? null, limit + 1],
    );
    const items = rows.slice(0, limit);
    return { items, next: rows.length > limit ? writeCursor('deliveries', items.at(-1)!.id) : null };
  }

  async delivery(webhookId: string, instanceId: string, seq: number): Promise<DeliveryRow | undefined> {
    const rows: DeliveryRow[] = await this.database.query(
      `SELECT ${deliveryColumns} FROM workflow_webhook_deliveries WHERE webhook_id = $1 AND instance_id = $2 AND seq = $3`,
      [webhookId, instanceId, seq],
    );
    return rows[0];
  }
}

export const webhookOf = ({ headers, ...row }: Stored): WebhookRow => ({
  ...row,
  headers: jsonOr<Record<string, string>>(headers, isJsonObject, {}),
});
