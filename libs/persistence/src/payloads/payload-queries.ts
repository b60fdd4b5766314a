import type { DataSource } from 'typeorm';
import { isUuid } from '../connections/cursor.js';

/** Payloads over 64 KiB, which histories only name. */
export class PayloadQueries {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns its canonical JSON, undefined when the instance has no such payload */
  async content(instanceId: string, sha256: string): Promise<string | undefined> {
    if (!isUuid(instanceId)) return undefined;
    const rows: { content: string }[] = await this.dataSource.query(
      'SELECT content FROM workflow_payloads WHERE instance_id = $1 AND sha256 = $2',
      [instanceId, sha256],
    );
    return rows[0]?.content;
  }
}
