import type { Pool, QueryResultRow } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { NOW_MS } from '../connections/database-clock.js';
import { committed } from '../connections/in-transaction.js';
import { eventOf, type LoadedRow } from '../events/load-statement.js';
import type { DeliveryResult, DueDelivery, NewDelivery, WebhookCursor, WebhookRow } from './webhook-rows.js';
import { WEBHOOK_LEASE_MS, webhookColumns, webhookStatements } from './webhook-statements.js';
import { type Stored, webhookOf } from './webhook-store.js';

type DueRow = Omit<DueDelivery, 'told'> &
  Omit<LoadedRow, 'part' | 'id' | 'seq' | 'type'> & {
    type: string | null;
    definition: string | null;
    version: string;
    key: string | null;
  };

/** Deliveries of webhooks as those who make them see them. A webhook is worked on by whoever holds its lease. */
export class WebhookQueue {
  constructor(private readonly pool: Pool) {}

  /** Takes active webhooks nobody works on, for one lease; no more than a fair share of all with those it `holds` already. */
  async claim(owner: string, holds: number): Promise<WebhookRow[]> {
    const rows = await this.rows<Stored>(
      `UPDATE workflow_webhooks SET lease_owner = $1, lease_until = ${NOW_MS} + ${WEBHOOK_LEASE_MS} WHERE id IN (
         SELECT id FROM workflow_webhooks WHERE status = 'active' AND lease_until < ${NOW_MS} ORDER BY id
         LIMIT greatest(0, ${fairShare} - $2::int) FOR UPDATE SKIP LOCKED)
       RETURNING ${webhookColumns}`,
      [owner, holds],
    );
    return rows.map(webhookOf);
  }

  /** Lengthens the leases. @returns the active ones as they are now, and how many are a fair share; those lost, disabled or removed are absent */
  async renew(owner: string, ids: readonly string[]): Promise<{ webhooks: WebhookRow[]; share: number }> {
    const rows = await this.rows<Stored & { share: number }>(
      `UPDATE workflow_webhooks SET lease_until = ${NOW_MS} + ${WEBHOOK_LEASE_MS}
       WHERE id = ANY ($2::uuid[]) AND lease_owner = $1 AND status = 'active' RETURNING ${webhookColumns}, ${fairShare} AS share`,
      [owner, ids],
    );
    return { webhooks: rows.map(({ share: _, ...row }) => webhookOf(row)), share: rows[0]?.share ?? 0 };
  }

  /** Gives leases back: another may go on at once. */
  async release(owner: string, ids: readonly string[]): Promise<void> {
    await this.pool.query(
      'UPDATE workflow_webhooks SET lease_owner = NULL, lease_until = 0 WHERE lease_owner = $1 AND id = ANY ($2::uuid[])',
      [owner, ids],
    );
  }

  cursors(ids: readonly string[]): Promise<WebhookCursor[]> {
    return this.rows(
      `SELECT webhook_id AS "webhookId", topology, partition, batch_no AS "batchNo", place, seq FROM workflow_webhook_cursors WHERE webhook_id = ANY ($1::uuid[])`,
      [ids],
    );
  }

  /** What was read of the feed becomes deliveries, and the cursors move on, together. */
  async fill(deliveries: readonly NewDelivery[], cursors: readonly WebhookCursor[]): Promise<void> {
    await committed(this.pool, async (client) => {
      if (deliveries.length > 0)
        await client.query(webhookStatements.insert.text, [
          deliveries.map((row) => row.webhookId),
          deliveries.map((row) => row.instanceId),
          deliveries.map((row) => row.seq),
          deliveries.map(() => uuidv7()),
          deliveries.map((row) => row.event),
        ]);
      await client.query(webhookStatements.advance.text, [
        cursors.map((row) => row.webhookId),
        cursors.map((row) => row.topology),
        cursors.map((row) => row.partition),
        cursors.map((row) => row.batchNo),
        cursors.map((row) => row.place),
        cursors.map((row) => row.seq),
      ]);
    });
  }

  /** How many deliveries of each wait, counted up to `atMost`. */
  async waiting(ids: readonly string[], atMost: number): Promise<ReadonlyMap<string, number>> {
    const rows = await this.rows<{ id: string; waiting: number }>(webhookStatements.waiting.text, [ids, atMost]);
    return new Map(rows.map(({ id, waiting }) => [id, waiting]));
  }

  async withDue(ids: readonly string[]): Promise<string[]> {
    const rows = await this.rows<{ id: string }>(webhookStatements.withDue.text, [ids]);
    return rows.map(({ id }) => id);
  }

  async due(webhookId: string, limit: number): Promise<DueDelivery[]> {
    const rows = await this.rows<DueRow>(webhookStatements.due.text, [webhookId, limit]);
    return rows.map(dueOf);
  }

  /** Writes down what became of attempts, and counts them for their webhook: all of one webhook. */
  async settle(webhookId: string, results: readonly DeliveryResult[]): Promise<void> {
    const last = results.at(-1);
    if (last === undefined) return;
    const count = (status: string): number => results.filter((result) => result.status === status).length;
    await committed(this.pool, async (client) => {
      // The webhook first, as whoever removes or enables it does: in another order two might wait for each other.
      await client.query(
        `UPDATE workflow_webhooks SET delivered = delivered + $2, failed = failed + $3, last_at = ${NOW_MS}, last_status = $4,
           failing_since = CASE WHEN $5 THEN coalesce(failing_since, ${NOW_MS}) END WHERE id = $1`,
        [webhookId, count('delivered'), count('failed'), last.answered, last.status !== 'delivered'],
      );
      await client.query(webhookStatements.settle.text, [
        results.map((row) => row.webhookId),
        results.map((row) => row.instanceId),
        results.map((row) => row.seq),
        results.map((row) => row.status),
        results.map((row) => row.retryInMs),
        results.map((row) => row.answered),
        results.map((row) => row.error),
        results.map((row) => Math.round(row.ms)),
      ]);
    });
  }

  /** The receiver is there again: what waits for another attempt is spread over the next seconds. */
  async hurry(webhookId: string, withinMs: number): Promise<void> {
    await this.pool.query(
      `UPDATE workflow_webhook_deliveries SET next_at = ${NOW_MS} + floor(random() * $2::int)::bigint
       WHERE webhook_id = $1 AND status = 'waiting' AND next_at > ${NOW_MS} + $2::int`,
      [webhookId, withinMs],
    );
  }

  async disable(id: string, note: string): Promise<void> {
    await this.pool.query(
      `UPDATE workflow_webhooks SET status = 'disabled', note = $2, changed_at = ${NOW_MS} WHERE id = $1 AND status = 'active'`,
      [id, note],
    );
  }

  /** Said of a webhook that goes on. */
  async note(id: string, note: string): Promise<void> {
    await this.pool.query(`UPDATE workflow_webhooks SET note = $2 WHERE id = $1`, [id, note]);
  }

  private async rows<Row extends QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
    return (await this.pool.query<Row>(text, values)).rows;
  }
}

/** Active webhooks by orchestrators alive. */
const fairShare = `ceil((SELECT count(*) FROM workflow_webhooks WHERE status = 'active')::numeric
  / greatest(1, (SELECT count(*) FROM workflow_orchestrators WHERE expires_at > ${NOW_MS})))::int`;

function dueOf(row: DueRow): DueDelivery {
  const { webhookId, instanceId, seq, event, attempts, triedSince, createdAt, definition, version, key, type, ...stored } = row;
  return {
    ...{ webhookId, instanceId, seq, event, attempts, triedSince, createdAt },
    ...(type !== null &&
      definition !== null && {
        told: { instance: { id: instanceId, definition, version, key }, event: eventOf({ ...stored, seq, type }) },
      }),
  };
}
