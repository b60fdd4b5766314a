import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { defaultTenant } from '#libs/contracts';
import { NOW_MS } from '../connections/database-clock.js';
import { readCursor, writeCursor } from '../connections/cursor.js';
import type { Page, PageOf } from '../instances/instance-queries.js';
import { HookDeliveryEntity } from '../schema/entities/intake.entities.js';

/** Of each hook so many are kept, and of those that were refused so many beside them: whoever knocks in vain pushes no other out. */
export const KEPT_DELIVERIES = { answered: 1_000, refused: 200 } as const;
/** None is kept longer. */
export const DELIVERY_DAYS = 7;
/** Notes of a hook between two looks at how many there are. */
const TRIM_EVERY = 50;

export type HookDelivery = Omit<HookDeliveryEntity, 'tenant' | 'trigger' | 'id'>;
export type NewHookDelivery = Omit<HookDelivery, 'at' | 'deliveryId'> & {
  /** Absent: one of ours. */
  readonly deliveryId?: string | undefined;
};

/** The last requests to each hook. */
export class HookDeliveries {
  private readonly notes = new Map<string, number>();

  constructor(private readonly dataSource: DataSource) {}

  /** One statement; now and then another one behind it, which nobody waits for. */
  async note(trigger: string, delivery: NewHookDelivery, tenant = defaultTenant): Promise<void> {
    const id = uuidv7();
    const { deliveryId = id, signature, status, outcome, instanceId, reason, bytes, body } = delivery;
    await this.dataSource.query(
      `INSERT INTO workflow_hook_deliveries (tenant, trigger, id, delivery_id, at, signature, status, outcome, instance_id, reason, bytes, body)
       VALUES ($1, $2, $3, $4, ${NOW_MS}, $5, $6, $7, $8, $9, $10, $11)`,
      [tenant, trigger, id, clean(deliveryId), signature, status, outcome, instanceId, clean(reason), bytes, clean(body)],
    );
    const notes = (this.notes.get(trigger) ?? 0) + 1;
    this.notes.set(trigger, notes % TRIM_EVERY);
    // One that fails is made up for by the next.
    if (notes % TRIM_EVERY === 0) void this.trim(trigger, tenant).catch(() => undefined);
  }

  /** Newest first. @throws InvalidCursor */
  async list(trigger: string, page: Page, tenant = defaultTenant): Promise<PageOf<HookDelivery>> {
    const query = this.dataSource
      .getRepository(HookDeliveryEntity)
      .createQueryBuilder('x')
      .where('x.tenant = :tenant AND x.trigger = :trigger', { tenant, trigger })
      .orderBy('x.id', 'DESC')
      .limit(page.limit + 1);
    if (page.cursor !== undefined) query.andWhere('x.id < :after', { after: readCursor('hook-deliveries', page.cursor) });
    const rows = await query.getMany();
    const items = rows.slice(0, page.limit);
    return { items, next: rows.length > page.limit ? writeCursor('hook-deliveries', items.at(-1)!.id) : null };
  }

  /** Removes what is beyond the bounds of a hook. */
  async trim(trigger: string, tenant = defaultTenant): Promise<void> {
    for (const [isRefused, kept] of [
      [false, KEPT_DELIVERIES.answered],
      [true, KEPT_DELIVERIES.refused],
    ]) {
      await this.dataSource.query(
        `DELETE FROM workflow_hook_deliveries WHERE tenant = $1 AND trigger = $2 AND (outcome = 'refused') = $3 AND id <= (
           SELECT id FROM workflow_hook_deliveries WHERE tenant = $1 AND trigger = $2 AND (outcome = 'refused') = $3
           ORDER BY id DESC OFFSET $4 LIMIT 1)`,
        [tenant, trigger, isRefused, kept],
      );
    }
  }
}

/** Characters PostgreSQL refuses in text: whatever came is to be seen. */
const clean = <T extends string | null>(text: T): T => (text?.toWellFormed().replaceAll('\0', '�') ?? null) as T;
