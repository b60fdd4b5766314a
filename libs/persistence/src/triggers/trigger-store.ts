import { defaultTenant } from '#libs/contracts';
import type { TriggerKind } from '#libs/engine';
import type { Database } from '../connections/database.js';
import { NOW_MS } from '../connections/database-clock.js';
import { type NewTrigger, type StoredTrigger, TRIGGER_COLUMNS, triggerOf, type TriggerRow } from './trigger-row.js';
import { dropQueued, lockTrigger, TriggerTaken, writeTrigger } from './write-trigger.js';

/** `ofDefinition`: it comes and goes with the definition, whose new version changes it. */
export type PutOutcome =
  | { readonly outcome: 'created' | 'replaced'; readonly trigger: TriggerRow }
  | { readonly outcome: 'ofDefinition'; readonly trigger: TriggerRow };

export interface TriggerFilter {
  readonly kind?: TriggerKind | undefined;
  readonly definition?: string | undefined;
}

/** What starts instances by itself. Those of definitions are written by `DefinitionStore`, with the version that becomes active. */
export class TriggerStore {
  constructor(private readonly database: Database) {}

  /** A trigger that stands by itself. @param by who asks for it */
  async put(trigger: Omit<NewTrigger, 'source'>, by: string | null = null, tenant = defaultTenant): Promise<PutOutcome> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.tryPut(trigger, by, tenant);
      } catch (error) {
        // Somebody put one of that name in the same moment: what is there now decides.
        if (!(error instanceof TriggerTaken) || tries === 3) throw error;
      }
    }
  }

  private tryPut(trigger: Omit<NewTrigger, 'source'>, by: string | null, tenant: string): Promise<PutOutcome> {
    return this.database.transaction(async (manager) => {
      const there = await lockTrigger(manager, tenant, trigger.name);
      if (there?.source === 'definition') return { outcome: 'ofDefinition', trigger: there };
      const written = await writeTrigger(manager, tenant, { ...trigger, source: 'api' }, there, by);
      return { outcome: there ? 'replaced' : 'created', trigger: written };
    });
  }

  /** @returns what was there: gone now, unless it is one of a definition */
  remove(name: string, tenant = defaultTenant): Promise<TriggerRow | undefined> {
    return this.database.transaction(async (manager) => {
      const there = await lockTrigger(manager, tenant, name);
      if (there?.source !== 'api') return there;
      await dropQueued(manager, tenant, name);
      await manager.query('DELETE FROM workflow_triggers WHERE tenant = $1 AND name = $2', [tenant, name]);
      return there;
    });
  }

  async get(name: string, tenant = defaultTenant): Promise<TriggerRow | undefined> {
    return (await this.read('AND name = $2', [tenant, name]))[0];
  }

  /** By name. @param after name of the last item of the page before */
  list(
    page: TriggerFilter & { readonly after?: string | undefined; readonly limit: number },
    tenant = defaultTenant,
  ): Promise<TriggerRow[]> {
    const { kind = null, definition = null, after = '', limit } = page;
    return this.read(
      'AND name > $2 AND ($3::text IS NULL OR kind = $3) AND ($4::text IS NULL OR definition = $4) ORDER BY name LIMIT $5',
      [tenant, after, kind, definition, limit],
    );
  }

  /** All of a kind, whatever their status. */
  byKind(kind: TriggerKind, tenant = defaultTenant): Promise<TriggerRow[]> {
    return this.read('AND kind = $2 ORDER BY name', [tenant, kind]);
  }

  /** Another text after every change of a trigger of that kind: whoever keeps them in memory reads them again then. */
  async digest(kind: TriggerKind, tenant = defaultTenant): Promise<string> {
    const [row]: { digest: string | null }[] = await this.database.query(
      `SELECT md5(string_agg(revision::text, ',' ORDER BY revision)) AS digest FROM workflow_triggers WHERE tenant = $1 AND kind = $2`,
      [tenant, kind],
    );
    return row?.digest ?? '';
  }

  /** @returns undefined when there is none of that name */
  pause(name: string, note: string | null, by: string | null, tenant = defaultTenant): Promise<TriggerRow | undefined> {
    return this.change(`status = 'paused', next_at = NULL, note = $3, changed_by = $4`, [tenant, name, note, by]);
  }

  /** Active again, from now on: what fell into the pause was not missed but left out. */
  resume(name: string, by: string | null, tenant = defaultTenant): Promise<TriggerRow | undefined> {
    return this.change(
      `status = 'active', note = NULL, changed_by = $3, failures_in_row = 0,
       position = CASE WHEN status = 'active' THEN position ELSE ${NOW_MS} END, next_at = CASE WHEN kind = 'schedule' THEN ${NOW_MS} END`,
      [tenant, name, by],
    );
  }

  private async change(what: string, values: readonly unknown[]): Promise<TriggerRow | undefined> {
    const [[row]] = (await this.database.query(
      `UPDATE workflow_triggers SET ${what}, revision = nextval('workflow_trigger_revisions'), changed_at = ${NOW_MS}
       WHERE tenant = $1 AND name = $2 RETURNING ${TRIGGER_COLUMNS}`,
      [...values],
    )) as [StoredTrigger[], number];
    return row && triggerOf(row);
  }

  private async read(where: string, values: readonly unknown[]): Promise<TriggerRow[]> {
    const rows: StoredTrigger[] = await this.database.query(
      `SELECT ${TRIGGER_COLUMNS} FROM workflow_triggers WHERE tenant = $1 ${where}`,
      [...values],
    );
    return rows.map(triggerOf);
  }
}
