import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { NOW_MS } from '../connections/database-clock.js';
import { dataFault } from '../events/sql-faults.js';
import { type Excess, IncidentCap } from './incident-cap.js';
import { codeOf, type NewIncident, stepOf } from './incident.js';

/** Characters PostgreSQL refuses in text: an incident is about hostile input, and must itself always be storable. */
const clean = (text: string): string => text.toWellFormed().replaceAll('\0', '�');

/** What happens again is the same incident: it counts, and what was closed may be open again, told as it is now. */
const insert = `INSERT INTO workflow_incidents AS o (id, kind, reason, raw, headers, instance_id, path, message_key, code, step, error, definition, at)
  VALUES ($1, $2, $3, $4, $5, $6::uuid, $7, $8, $9, $10, $11,
    coalesce($12, (SELECT i.definition FROM workflow_instances i WHERE i.id = $6::uuid)), ${NOW_MS})
  ON CONFLICT (message_key) WHERE message_key IS NOT NULL DO UPDATE SET deliveries = o.deliveries + 1, last_at = EXCLUDED.at,
    ${['reason', 'code', 'error', 'raw'].map((column) => `${column} = CASE WHEN $13 THEN EXCLUDED.${column} ELSE o.${column} END`).join(', ')},
    ${['resolved_at', 'closed_as', 'closed_by', 'closed_reason']
      .map((column) => `${column} = CASE WHEN $13 AND o.closed_as IS DISTINCT FROM 'discarded' THEN NULL ELSE o.${column} END`)
      .join(', ')}
  RETURNING o.id`;

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
   * @returns its id (of what has happened before, that of the first time), or nothing when it was only counted
   * @throws when neither it nor a row that says there are more could be written
   */
  async record(incident: NewIncident): Promise<string | undefined> {
    const excess = this.cap.add(incident, this.nowMs());
    if (excess === undefined) return this.writeOne(incident);
    if (excess.isWritten) this.countLater(excess);
    else await this.writeFirst(excess);
    return undefined;
  }

  /** One of those that were too many, written after all. @returns its id */
  recordLate(incident: NewIncident): Promise<string> {
    return this.write(incident);
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
    const { path, reopens = false } = incident;
    const text = (value: string | undefined): string | null => (value === undefined ? null : clean(value));
    const values = [
      id,
      incident.kind,
      clean(incident.reason),
      incident.raw === undefined ? null : Buffer.from(incident.raw as string),
      headers,
      incident.instanceId ?? null,
      text(path),
      text(incident.messageKey),
      text(codeOf(incident)),
      text(path === undefined ? undefined : stepOf(path)),
      text(incident.error),
      text(incident.definition),
      reopens,
    ];
    try {
      const [row]: { id: string }[] = await this.dataSource.query(insert, values);
      return row!.id;
    } catch (error) {
      throw dataFault(error) ?? error;
    }
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
      `INSERT INTO workflow_incidents (id, kind, reason, message_key, code, at) VALUES ($1, $2, $3, $4, nullif($5, ''), ${NOW_MS})
       ON CONFLICT (message_key) WHERE message_key IS NOT NULL DO UPDATE SET reason = EXCLUDED.reason`,
      [uuidv7(), kind, `${what}${count} more of the same within a minute, which are among the dead letters`, key, code],
    );
  }
}
