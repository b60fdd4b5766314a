import type { DataSource } from 'typeorm';
import type { InstanceId } from '#libs/engine';
import type { LogRow } from '../ports.js';

export type StoredLog = Omit<LogRow, 'instanceId' | 'token'> & { readonly id: number };

export interface LogPage {
  /** Only lines of this step, and of those inside it. */
  readonly path?: string;
  /** Only lines with a higher id. */
  readonly after: number;
  readonly limit: number;
}

/** Log lines of an instance in the order in which they were stored. */
export class LogQueries {
  constructor(private readonly dataSource: DataSource) {}

  async page(id: InstanceId, { path, after, limit }: LogPage): Promise<StoredLog[]> {
    const rows: (Omit<StoredLog, 'id' | 'at'> & { id: string; at: string })[] = await this.dataSource.query(
      `SELECT id, path, attempt, no, at, level, text FROM workflow_logs
       WHERE instance_id = $1 AND id > $2 AND ($3::text IS NULL OR path = $3 OR starts_with(path, $3 || '/'))
       ORDER BY id LIMIT $4`,
      [id, after, path ?? null, limit],
    );
    return rows.map((row) => ({ ...row, id: Number(row.id), at: Number(row.at) }));
  }
}
