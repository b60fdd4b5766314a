import type { DataSource } from 'typeorm';
import { defaultTenant } from '#libs/contracts';
import { NOW_MS } from '../connections/database-clock.js';

/** What a hook or a message trigger has done last. */
export interface TriggerMark {
  readonly outcome: string;
  readonly instance: string | null;
}

/** What is shown of a trigger beside what was put; none of it is another revision. */
export class TriggerMarks {
  constructor(private readonly dataSource: DataSource) {}

  async ran(name: string, { outcome, instance }: TriggerMark, tenant = defaultTenant): Promise<void> {
    await this.dataSource.query(
      `UPDATE workflow_triggers SET last_run_at = ${NOW_MS}, last_outcome = $3, last_instance = coalesce($4, last_instance)
       WHERE tenant = $1 AND name = $2`,
      [tenant, name, outcome, instance],
    );
  }

  /**
   * Why an active trigger can do nothing now.
   * @param revision of whoever says so: what was changed since then is another trigger's trouble
   * @param note     null: it can
   */
  async trouble(name: string, revision: number, note: string | null, tenant = defaultTenant): Promise<void> {
    await this.dataSource.query(
      `UPDATE workflow_triggers SET note = $4
       WHERE tenant = $1 AND name = $2 AND revision = $3 AND status = 'active' AND note IS DISTINCT FROM $4::text`,
      [tenant, name, revision, note],
    );
  }
}
