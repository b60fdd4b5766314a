import type { Pool } from 'pg';
import { type InstanceId, lifecycleTypes } from '#libs/engine';
import { FeedGone, type FeedPosition } from './feed-position.js';
import { feedStatements } from './feed-statements.js';

export interface FeedRow {
  /** Of what comes after it. */
  readonly position: FeedPosition;
  readonly instance: InstanceId;
  readonly seq: number;
  /** Of the audit event. */
  readonly type: string;
  readonly path: string | null;
  readonly at: number;
  readonly definition: string;
  readonly version: string;
  readonly key: string | null;
}

export interface FeedPage {
  readonly rows: readonly FeedRow[];
  readonly next: FeedPosition;
  /** Everything there was has been read. */
  readonly isEnd: boolean;
}

export interface FeedReading {
  readonly partition: number;
  readonly limit: number;
  /** Every audit event, not those of lifecycles only. */
  readonly isAll?: boolean;
}

export interface PartitionEnd {
  readonly topology: number;
  readonly partition: number;
  readonly newest: number;
}

interface Found extends Omit<FeedRow, 'position'> {
  /** null, as is all that follows: nothing to be told was found in what was looked at. */
  readonly batchNo: number | null;
  readonly place: number;
  readonly firstBatch: number | null;
  readonly lastBatch: number | null;
}

/** The journal of a partition as a feed: every event once, in the order of commit, whoever owned the partition and however often it changed hands. */
export class FeedQueries {
  constructor(private readonly pool: Pool) {}

  /** The oldest that is kept. */
  async start(topology: number, partition: number): Promise<FeedPosition> {
    const { oldest } = await this.bounds(topology, partition);
    return { topology, batchNo: oldest ?? 1, place: 0, seq: 0 };
  }

  /** @throws FeedGone */
  async read(from: FeedPosition, { partition, limit, isAll = false }: FeedReading): Promise<FeedPage> {
    const { topology, batchNo, place, seq } = from;
    const statement = isAll ? feedStatements.everything : feedStatements.lifecycle;
    const values = [topology, partition, batchNo, place, seq, isAll ? null : lifecycleTypes, limit];
    const { rows: found } = await this.pool.query<Found>({ ...statement, values });
    const { firstBatch = null, lastBatch = null } = found[0] ?? {};
    if (firstBatch === null) return this.nothing(from, partition);
    // Numbers follow one another without a gap: what is missing at the beginning has been swept.
    if (firstBatch > batchNo)
      throw gone(`batch ${batchNo} of partition ${partition}, but the oldest that is kept is ${firstBatch}`);
    const rows = found.flatMap((row) => (row.batchNo === null ? [] : [feedRow(topology, row, row.batchNo)]));
    const isFull = rows.length === limit;
    const next = isFull ? rows.at(-1)!.position : { topology, batchNo: lastBatch! + 1, place: 0, seq: 0 };
    return { rows, next, isEnd: false };
  }

  /** The newest batch of every partition of these topologies. */
  async ends(topologies: readonly number[]): Promise<PartitionEnd[]> {
    return (await this.pool.query<PartitionEnd>({ ...feedStatements.ends, values: [topologies] })).rows;
  }

  /** Nothing there yet; unless what is asked for lies ahead of everything that ever was. */
  private async nothing(from: FeedPosition, partition: number): Promise<FeedPage> {
    const { newest } = await this.bounds(from.topology, partition);
    if (from.batchNo > (newest ?? 0) + 1)
      throw gone(`batch ${from.batchNo} of partition ${partition}, but the newest is ${newest ?? 'not written yet'}`);
    return { rows: [], next: from, isEnd: true };
  }

  private async bounds(topology: number, partition: number): Promise<{ oldest: number | null; newest: number | null }> {
    const { rows } = await this.pool.query<{ oldest: number | null; newest: number | null }>({
      ...feedStatements.bounds,
      values: [topology, partition],
    });
    return rows[0]!;
  }
}

const gone = (expectation: string): FeedGone => new FeedGone(`expected to go on at ${expectation}`);

function feedRow(
  topology: number,
  { firstBatch: _first, lastBatch: _last, batchNo: _batch, place, ...row }: Found,
  batchNo: number,
): FeedRow {
  return { ...row, position: { topology, batchNo, place, seq: row.seq } };
}
