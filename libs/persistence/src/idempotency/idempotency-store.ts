import type { DataSource } from 'typeorm';
import { defaultTenant } from '#libs/contracts';
import { NOW_MS } from '../connections/database-clock.js';
import { readable } from '../payloads/spoilt.js';

/** An answer is replayed this long. */
export const IDEMPOTENCY_DAYS = 7;
/** A reservation without an answer is free again after this: its gateway died. */
export const RESERVATION_MS = 60_000;

export interface StoredAnswer {
  readonly status: number;
  /** As it was sent. */
  readonly body: string;
}

/**
 * `reserved`: do it, as `subject` (the id minted by the first try, which may have got further than its answer), then `answer`.
 * `replay`: done before, answer so again. `reused`: the key belongs to another request. `inProgress`: another try is at work.
 */
export type Reservation =
  | { readonly outcome: 'reserved'; readonly subject: string }
  | { readonly outcome: 'replay'; readonly answer: StoredAnswer }
  | { readonly outcome: 'reused' }
  | { readonly outcome: 'inProgress' };

interface Row {
  readonly requestHash: string;
  readonly subject: string;
  readonly status: number | null;
  readonly answer: string | null;
}

/** Memory of requests with an `Idempotency-Key`. */
export class IdempotencyStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param requestHash of method, path and body
   * @param subject     a fresh id for what the request will make
   * @throws SpoiltRow when the answer to give again is none any more
   */
  async reserve(key: string, requestHash: string, subject: string, tenant = defaultTenant): Promise<Reservation> {
    const isOurs = await this.take(tenant, key, requestHash, subject);
    // What is there is read by a statement of its own: one that also inserts does not see a concurrent twin.
    const rows: Row[] = await this.dataSource.query(
      `SELECT request_hash AS "requestHash", subject, answer_status AS status, answer FROM workflow_idempotency WHERE tenant = $1 AND key = $2`,
      [tenant, key],
    );
    const row = rows[0];
    if (row === undefined) return { outcome: 'inProgress' };
    if (row.requestHash !== requestHash) return { outcome: 'reused' };
    if (row.status !== null) return { outcome: 'replay', answer: { status: row.status, body: answerOf(key, row.answer ?? '') } };
    return isOurs ? { outcome: 'reserved', subject: row.subject } : { outcome: 'inProgress' };
  }

  /** Keeps the answer of a reserved request. */
  async answer(key: string, answer: StoredAnswer, tenant = defaultTenant): Promise<void> {
    await this.dataSource.query(
      'UPDATE workflow_idempotency SET answer_status = $3, answer = $4 WHERE tenant = $1 AND key = $2 AND answer_status IS NULL',
      [tenant, key, answer.status, answer.body],
    );
  }

  /** Gives a reservation back: nothing was done (the request was refused for a passing reason). */
  async forget(key: string, tenant = defaultTenant): Promise<void> {
    await this.dataSource.query('DELETE FROM workflow_idempotency WHERE tenant = $1 AND key = $2 AND answer_status IS NULL', [
      tenant,
      key,
    ]);
  }

  /** It was refused, and may be asked anew. An answer that says it was done stays. */
  async forgetRefusal(key: string, tenant = defaultTenant): Promise<void> {
    await this.dataSource.query('DELETE FROM workflow_idempotency WHERE tenant = $1 AND key = $2 AND answer_status >= 400', [
      tenant,
      key,
    ]);
  }

  /** It was refused, and may be asked anew, as the same subject: an earlier try of that may have got further than was known. */
  async reopenRefusal(key: string, tenant = defaultTenant): Promise<void> {
    await this.dataSource.query(
      `UPDATE workflow_idempotency SET answer_status = NULL, answer = NULL, reserved_at = ${NOW_MS} - ${RESERVATION_MS + 1}
       WHERE tenant = $1 AND key = $2 AND answer_status >= 400`,
      [tenant, key],
    );
  }

  /** The try failed and nobody knows how far it got: the next one with the same request may begin at once, as the same subject. */
  async release(key: string, tenant = defaultTenant): Promise<void> {
    await this.dataSource.query(
      `UPDATE workflow_idempotency SET reserved_at = ${NOW_MS} - ${RESERVATION_MS + 1} WHERE tenant = $1 AND key = $2 AND answer_status IS NULL`,
      [tenant, key],
    );
  }

  /** A new key, or one whose try was abandoned; then the subject stays the first one's. Expired answers are overwritten. */
  private async take(tenant: string, key: string, requestHash: string, subject: string): Promise<boolean> {
    const rows: unknown[] = await this.dataSource.query(
      `INSERT INTO workflow_idempotency AS x (tenant, key, request_hash, subject, reserved_at) VALUES ($1, $2, $3, $4, ${NOW_MS})
       ON CONFLICT (tenant, key) DO UPDATE SET
         request_hash = excluded.request_hash, reserved_at = excluded.reserved_at, answer_status = NULL, answer = NULL,
         subject = CASE WHEN x.answer_status IS NULL AND x.request_hash = excluded.request_hash THEN x.subject ELSE excluded.subject END
       WHERE x.reserved_at < excluded.reserved_at - ${IDEMPOTENCY_DAYS * 86_400_000}
          OR (x.answer_status IS NULL AND x.request_hash = excluded.request_hash AND x.reserved_at < excluded.reserved_at - ${RESERVATION_MS})
       RETURNING 1`,
      [tenant, key, requestHash, subject],
    );
    return rows.length > 0;
  }
}

/** Some answers have no body. */
function answerOf(key: string, body: string): string {
  if (body !== '') readable(`the answer to ${key}`, () => JSON.parse(body) as unknown);
  return body;
}
