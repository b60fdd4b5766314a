import { defaultTenant } from '#libs/contracts';
import type { Database } from '../connections/database.js';
import { NOW_MS } from '../connections/database-clock.js';

/** A definition is paused: since when, by whom and why. */
export interface DefinitionPause {
  /** Epoch ms, database clock. */
  readonly at: number;
  readonly by: string | null;
  readonly reason: string | null;
}

/**
 * Whether a definition is paused. Owners read it with every instance that has not begun, so one that begins after this is written begins
 * paused; those that had begun are told one by one.
 */
export class DefinitionPauses {
  constructor(private readonly database: Database) {}

  /** The first word counts: who pauses again changes nothing. @returns undefined when there is no such name */
  async pause(
    name: string,
    { by, reason }: { by?: string | undefined; reason?: string | undefined },
    tenant = defaultTenant,
  ): Promise<DefinitionPause | undefined> {
    const [rows] = await this.database.query<[DefinitionPause[], number]>(
      `UPDATE workflow_definition_names AS n SET paused_at = coalesce(n.paused_at, ${NOW_MS}),
         paused_by = CASE WHEN n.paused_at IS NULL THEN $3 ELSE n.paused_by END,
         pause_reason = CASE WHEN n.paused_at IS NULL THEN $4 ELSE n.pause_reason END
       WHERE n.tenant = $1 AND n.name = $2 RETURNING n.paused_at AS at, n.paused_by AS by, n.pause_reason AS reason`,
      [tenant, name, by ?? null, reason ?? null],
    );
    return rows[0] && { ...rows[0], at: Number(rows[0].at) };
  }

  /** @returns false when there is no such name */
  async resume(name: string, tenant = defaultTenant): Promise<boolean> {
    const [, count] = await this.database.query<[unknown[], number]>(
      `UPDATE workflow_definition_names SET paused_at = NULL, paused_by = NULL, pause_reason = NULL WHERE tenant = $1 AND name = $2`,
      [tenant, name],
    );
    return count > 0;
  }
}
