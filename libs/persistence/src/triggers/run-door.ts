import type { Pool } from 'pg';
import { defaultTenant } from '#libs/contracts';
import { readCursor, writeCursor } from '../connections/cursor.js';
import type { Page, PageOf } from '../instances/instance-queries.js';
import type { RunRow } from './schedule-rows.js';
import { listRuns } from './schedule-statements.js';

/** Runs of triggers: what became of all. */
export class RunDoor {
  constructor(private readonly pool: Pool) {}

  /** Newest first. @throws InvalidCursor */
  async list(trigger: string, page: Page, tenant = defaultTenant): Promise<PageOf<RunRow>> {
    const after = page.cursor === undefined ? null : readCursor('trigger-runs', page.cursor);
    const { rows } = await this.pool.query<RunRow>({ ...listRuns, values: [tenant, trigger, after, page.limit + 1] });
    const items = rows.slice(0, page.limit);
    return { items, next: rows.length > page.limit ? writeCursor('trigger-runs', items.at(-1)!.id) : null };
  }
}
