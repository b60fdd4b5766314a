import type { Pool, PoolClient } from 'pg';
import type { InstanceId } from '#libs/engine';
import { inTransaction } from '../connections/in-transaction.js';
import { plainArray, textArray } from '../connections/pg-array.js';
import { type EndedHead, childEndedRow, readEnd } from './child-answers.js';
import { attachedToEnded, detachParents, untoldEnds } from './child-statements.js';
import { insertRows } from './child-door.js';
import { SpoiltRow } from '../payloads/spoilt.js';
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

  /**
   * @param spoilt told of those whose end cannot be read, in place of an error: these stay to be told
   * @returns who has been told
   */
  async tellEnds(ids: readonly InstanceId[], spoilt: (id: InstanceId, error: unknown) => void): Promise<InstanceId[]> {
    if (ids.length === 0) return [];
    const { rows } = await this.pool.query<Attached>({ ...attachedToEnded, values: [plainArray(ids)] });
    if (rows.length === 0) return [];
    const told = await inTransaction(this.pool, (client) => tell(client, rows, spoilt));
    return [...new Set(told.map((row) => row.parentId))];
  }

  /**
   * Instances of a bucket range whose end is still to be told.
   * @param except left out; however many ends cannot be read, they must not hide the others
   */
  async untold(fromBucket: number, toBucket: number, limit: number, except: readonly InstanceId[] = []): Promise<InstanceId[]> {
    const values = [fromBucket, toBucket, limit, plainArray(except)];
    const { rows } = await this.pool.query<{ id: InstanceId }>({ ...untoldEnds, values });
    return [...new Set(rows.map((row) => row.id))];
  }
}

async function tell(
  client: PoolClient,
  attached: readonly Attached[],
  spoilt: (id: InstanceId, error: unknown) => void,
): Promise<Attached[]> {
  await client.query('BEGIN');
  const answers: NewInboxRow[] = [];
  const told: Attached[] = [];
  for (const row of attached) {
    try {
      answers.push(childEndedRow(row.parentId, row, (await readEnd(client, row))!));
      told.push(row);
    } catch (error) {
      if (!(error instanceof SpoiltRow)) throw error;
      spoilt(row.id, error);
    }
  }
  await insertRows(client, answers);
  const values = [
    plainArray(told.map((row) => row.id)),
    plainArray(told.map((row) => row.parentId)),
    textArray(told.map((row) => row.path)),
    plainArray(told.map((row) => row.token)),
  ];
  await client.query({ ...detachParents, values });
  await client.query('COMMIT');
  return told;
}
