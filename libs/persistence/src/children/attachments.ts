import type { Pool, PoolClient } from 'pg';
import type { InstanceId } from '#libs/engine';
import { inTransaction } from '../connections/in-transaction.js';
import { plainArray, textArray } from '../connections/pg-array.js';
import { type EndedHead, childEndedRow, readEnd } from './child-answers.js';
import { attachedToEnded, detachParents, untoldEnds } from './child-statements.js';
import { insertRows } from './child-door.js';
import type { NewInboxRow } from '../ports.js';

interface Attached extends EndedHead {
  readonly parentId: InstanceId;
  readonly path: string;
  readonly token: number;
}

/**
 * Steps that joined an instance by its key, and hear of its end. An owner tells them after the commit that ended it (attaching and ending
 * take turns on the head's row, so none is missed); what a crash leaves untold is found by the sweep.
 */
export class Attachments {
  constructor(private readonly pool: Pool) {}

  /** @returns who has been told */
  async tellEnds(ids: readonly InstanceId[]): Promise<InstanceId[]> {
    if (ids.length === 0) return [];
    const { rows } = await this.pool.query<Attached>({ ...attachedToEnded, values: [plainArray(ids)] });
    if (rows.length === 0) return [];
    await inTransaction(this.pool, (client) => tell(client, rows));
    return [...new Set(rows.map((row) => row.parentId))];
  }

  /** Instances of a bucket range whose end is still to be told. */
  async untold(fromBucket: number, toBucket: number, limit: number): Promise<InstanceId[]> {
    const { rows } = await this.pool.query<{ id: InstanceId }>({ ...untoldEnds, values: [fromBucket, toBucket, limit] });
    return [...new Set(rows.map((row) => row.id))];
  }
}

async function tell(client: PoolClient, attached: readonly Attached[]): Promise<void> {
  await client.query('BEGIN');
  const answers: NewInboxRow[] = [];
  for (const row of attached) answers.push(childEndedRow(row.parentId, row, (await readEnd(client, row))!));
  await insertRows(client, answers);
  const values = [
    plainArray(attached.map((row) => row.id)),
    plainArray(attached.map((row) => row.parentId)),
    textArray(attached.map((row) => row.path)),
    plainArray(attached.map((row) => row.token)),
  ];
  await client.query({ ...detachParents, values });
  await client.query('COMMIT');
}
