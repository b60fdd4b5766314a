import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { NOW_MS } from '../connections/database-clock.js';
import { isUuid, readCursor, writeCursor } from '../connections/cursor.js';
import { dataFault } from '../events/sql-faults.js';
import type { Page, PageOf } from '../instances/instance-queries.js';
import { type Excess, IncidentCap } from './incident-cap.js';
import { IncidentEntity } from '../schema/entities/operation.entities.js';

/** What needs a person: a message that does not parse, an input nobody can decide, an instance that cannot go on. */
export interface NewIncident {
  readonly kind: string;
  readonly reason: string;
  /** The message itself, byte for byte. */
  readonly raw?: Buffer | string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly instanceId?: string;
  readonly path?: string;
  /** Names the message it is about: a second incident of the same one is not written. */
  readonly messageKey?: string;
}

export interface Incident extends NewIncident {
  readonly id: string;
  readonly raw?: Buffer;
  readonly at: number;
  readonly resolvedAt: number | null;
}

/** Characters PostgreSQL refuses in text: an incident is about hostile input, and must itself always be storable. */
const clean = (text: string): string => text.toWellFormed().replaceAll('\0', '�');

/** The number of those beyond the cap is written at most this often, ms. */
const countEveryMs = 1_000;

export class IncidentStore {
  private readonly cap: IncidentCap;
  private readonly uncounted = new Set<Excess>();

  /** @param aMinute incidents of one kind and code that are written one by one; further ones of strangers become one that counts them */
  constructor(
    private readonly dataSource: DataSource,
    aMinute = 100,
    private readonly nowMs = () => Date.now(),
  ) {
    this.cap = new IncidentCap(aMinute, randomBytes(6).toString('hex'));
  }

  /**
   * @returns its id (of one that was not written because the message has one already, an id of nothing), or nothing when it was only counted
   * @throws when neither it nor a row that says there are more could be written
   */
  async record(incident: NewIncident): Promise<string | undefined> {
    const excess = this.cap.add(incident, this.nowMs());
    if (excess === undefined) return this.writeOne(incident);
    if (excess.isWritten) this.countLater(excess);
    else await this.writeFirst(excess);
    return undefined;
  }

  private async writeOne(incident: NewIncident): Promise<string> {
    try {
      return await this.write(incident);
    } catch (error) {
      this.cap.giveBack(incident);
      throw error;
    }
  }

  private async writeFirst(excess: Excess): Promise<void> {
    try {
      await this.writeExcess(excess);
      excess.isWritten = true;
    } catch (error) {
      excess.count -= 1; // it will come again
      throw error;
    }
  }

  private async write(incident: NewIncident): Promise<string> {
    const id = uuidv7();
    const headers = incident.headers === undefined ? null : clean(JSON.stringify(incident.headers));
    const values = [
      id,
      incident.kind,
      clean(incident.reason),
      incident.raw === undefined ? null : Buffer.from(incident.raw as string),
      headers,
      incident.instanceId ?? null,
      incident.path ?? null,
      incident.messageKey === undefined ? null : clean(incident.messageKey),
    ];
    try {
      await this.dataSource.query(
        `INSERT INTO workflow_incidents (id, kind, reason, raw, headers, instance_id, path, message_key, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, ${NOW_MS}) ON CONFLICT (message_key) WHERE message_key IS NOT NULL DO NOTHING`,
        values,
      );
    } catch (error) {
      throw dataFault(error) ?? error;
    }
    return id;
  }

  private countLater(excess: Excess): void {
    if (this.uncounted.size === 0) setTimeout(() => void this.count(), countEveryMs).unref();
    this.uncounted.add(excess);
  }

  /** A number that cannot be written now is written later; the row that says there are more is there already. */
  private async count(): Promise<void> {
    const excesses = [...this.uncounted];
    this.uncounted.clear();
    for (const excess of excesses) await this.writeExcess(excess).catch(() => this.countLater(excess));
  }

  private async writeExcess({ key, kind, code, count }: Excess): Promise<void> {
    const what = code === '' ? '' : `${code}: `;
    await this.dataSource.query(
      `INSERT INTO workflow_incidents (id, kind, reason, message_key, at) VALUES ($1, $2, $3, $4, ${NOW_MS})
       ON CONFLICT (message_key) WHERE message_key IS NOT NULL DO UPDATE SET reason = EXCLUDED.reason`,
      [uuidv7(), kind, `${what}${count} more of the same within a minute, which are among the dead letters`, key],
    );
  }

  async get(id: string): Promise<Incident | undefined> {
    if (!isUuid(id)) return undefined;
    const row = await this.dataSource.getRepository(IncidentEntity).findOneBy({ id });
    return row === null ? undefined : incidentOf(row);
  }

  /** Newest first. @throws InvalidCursor */
  async list(filter: { kind?: string; isOpen?: boolean; instanceId?: string }, page: Page): Promise<PageOf<Incident>> {
    const query = this.dataSource
      .getRepository(IncidentEntity)
      .createQueryBuilder('x')
      .orderBy('x.id', 'DESC')
      .limit(page.limit + 1);
    if (filter.isOpen !== undefined) query.andWhere(filter.isOpen ? 'x.resolvedAt IS NULL' : 'x.resolvedAt IS NOT NULL');
    if (filter.kind !== undefined) query.andWhere('x.kind = :kind', { kind: filter.kind });
    if (filter.instanceId !== undefined) query.andWhere('x.instanceId = :instanceId', { instanceId: filter.instanceId });
    if (page.cursor !== undefined) query.andWhere('x.id < :after', { after: readCursor('incidents', page.cursor) });
    const rows = await query.getMany();
    const items = rows.slice(0, page.limit).map(incidentOf);
    return { items, next: rows.length > page.limit ? writeCursor('incidents', items.at(-1)!.id) : null };
  }

  /** @returns whether it was open */
  async resolve(id: string): Promise<boolean> {
    const [, count]: [unknown, number] = await this.dataSource.query(
      `UPDATE workflow_incidents SET resolved_at = ${NOW_MS} WHERE id = $1 AND resolved_at IS NULL`,
      [id],
    );
    return count === 1;
  }
}

function incidentOf(row: IncidentEntity): Incident {
  return {
    id: row.id,
    kind: row.kind,
    reason: row.reason,
    at: row.at,
    resolvedAt: row.resolvedAt,
    ...(row.raw !== null && { raw: row.raw }),
    ...(row.headers !== null && { headers: JSON.parse(row.headers) as Record<string, unknown> }),
    ...(row.instanceId !== null && { instanceId: row.instanceId }),
    ...(row.path !== null && { path: row.path }),
    ...(row.messageKey !== null && { messageKey: row.messageKey }),
  };
}
