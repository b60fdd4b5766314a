import type { DataSource } from 'typeorm';
import { NOW_MS } from '../connections/database-clock.js';
import { IDEMPOTENCY_DAYS } from '../idempotency/idempotency-store.js';
import { ensureEventPartitions } from './migrate.js';

/** Journal rows are the gapless feed for this long. */
export const JOURNAL_DAYS = 7;
const DAY_MS = 86_400_000;

export interface Swept {
  readonly eventPartitions: number;
  readonly journalRows: number;
  readonly idempotencyKeys: number;
  readonly keyedEvents: number;
}

/** Housekeeping of the tables; safe to run from several processes, once an hour is enough. */
export class Maintenance {
  constructor(private readonly dataSource: DataSource) {}

  async sweep(): Promise<Swept> {
    return {
      eventPartitions: await ensureEventPartitions(this.dataSource),
      journalRows: await this.sweepJournal(),
      idempotencyKeys: await this.removed('workflow_idempotency', `reserved_at < ${NOW_MS} - ${IDEMPOTENCY_DAYS * DAY_MS}`),
      // Their time to live is over, and their ids need not be remembered any more.
      keyedEvents: await this.removed(
        'workflow_keyed_events',
        `expires_at < ${NOW_MS} - ${IDEMPOTENCY_DAYS * DAY_MS} AND status <> 'offered'`,
      ),
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

  private async removed(from: string, where: string): Promise<number> {
    const [, count]: [unknown, number] = await this.dataSource.query(`DELETE FROM ${from} WHERE ${where}`);
    return count;
  }
}
