import type { Pool } from 'pg';
import type { AuditEvent, InstanceId } from '#libs/engine';
import { isUuid } from '../connections/cursor.js';
import { eventOf, type LoadedRow } from '../events/load-statement.js';
import { contentsFromPool } from '../payloads/payload-contents.js';
import type { InstanceHead } from '../ports.js';
import type { InstanceEntity } from '../schema/entities/instance.entity.js';
import { readable } from '../payloads/spoilt.js';
import { headOf, headRefs } from './head-row.js';
import { readHead, readInstance } from './record-statements.js';

/** An instance as it stood at one moment. */
export interface InstanceRecord {
  readonly head: InstanceHead;
  /** The first of them after the seq that was asked for, without the contents of payloads. */
  readonly events: readonly AuditEvent[];
  /** Instances restarted from it, oldest first, at most 100. */
  readonly restartedAs: readonly InstanceId[];
}

/** Single instances for people, in one round trip each. */
export class InstanceRecords {
  constructor(private readonly pool: Pool) {}

  async head(id: string): Promise<InstanceHead | undefined> {
    if (!isUuid(id)) return undefined;
    const { rows } = await this.pool.query<InstanceEntity>({ ...readHead, values: [id] });
    return rows[0] && this.headOf(rows[0]);
  }

  async read(id: string, after: number, limit: number): Promise<InstanceRecord | undefined> {
    if (!isUuid(id)) return undefined;
    const { rows } = await this.pool.query<Omit<LoadedRow, 'part'> & { part: 'head' | 'event' | 'restarted' }>({
      ...readInstance,
      values: [id, after, limit],
    });
    const head = rows.find(({ part }) => part === 'head');
    if (head === undefined) return undefined;
    return {
      head: await this.headOf(JSON.parse(head.content) as InstanceEntity),
      events: rows.flatMap((row) => (row.part === 'event' ? [eventOf(row)] : [])).sort((a, b) => a.seq - b.seq),
      restartedAs: rows.flatMap((row) => (row.part === 'restarted' ? [row.id] : [])).sort(),
    };
  }

  private async headOf(row: InstanceEntity): Promise<InstanceHead> {
    const contents = await contentsFromPool(
      this.pool,
      readable('the instance', () => headRefs(row)),
    );
    return readable('the instance', () => headOf(row, contents));
  }
}
