import type { Pool, PoolClient } from 'pg';
import { bucketOf } from '#libs/contracts';
import { canonicalJson, displaced, grantLocks, type InstanceId, type JsonObject, type LockHeld } from '#libs/engine';
import { inTransaction } from '../connections/in-transaction.js';
import { plainArray, textArray } from '../connections/pg-array.js';
import { grantingLock } from './key-address.js';
import {
  awaitedKeys,
  displaceRequests,
  forgetPermits,
  grantRequests,
  heldCount,
  lockHolders,
  refuseRequests,
  rivalsOf,
  waitingFor,
} from './lock-statements.js';

/** A key of a lock or a limit, of one tenant. */
export interface LockAddress {
  readonly tenant: string;
  readonly key: string;
}

export interface LockHolder {
  readonly instanceId: InstanceId;
  readonly path: string;
  readonly fence: number;
  readonly grantedAt: number;
}

/** What became of a key. */
export interface LockTurn {
  /** Instances that have something in their inbox. */
  readonly told: readonly InstanceId[];
  /** Epoch ms, database clock: somebody waits, and a permit comes back then. */
  readonly nextFreeAt?: number;
}

/** Where a walk over the keys that are awaited stands. */
export interface LockPlace extends LockAddress {
  readonly bucket: number;
}

export interface AwaitedKeys {
  /** Those something can be done for. */
  readonly due: readonly LockAddress[];
  /** Absent: the walk is through. */
  readonly next?: LockPlace;
}

interface WaitingRow {
  readonly instanceId: InstanceId;
  readonly path: string;
  readonly token: number;
  readonly limit: number;
  readonly onLimit?: string | null;
}

interface HeldRow extends LockHeld {
  readonly nextFreeAt: number | null;
  readonly rivals: number;
  readonly isImpatient: boolean;
  readonly isAwaited: boolean;
}

/** Requests looked at in one transaction. */
const WAITERS_LOOKED_AT = 100;

/**
 * The actor of every key of a lock or a limit. Batches write requests and remove them in the transaction that decides so; who of those that
 * wait gets the key is decided here, key by key: an advisory lock serialises whoever does it, so it may be done by anybody, twice, or by an
 * owner that was deposed. Nothing here waits for a batch, so no batch can wait for another through it.
 */
export class LockStore {
  constructor(private readonly pool: Pool) {}

  /** Grants what can be granted now, by priority and then in the order of arrival; refuses those who do not want to wait. */
  async grant(address: LockAddress): Promise<LockTurn> {
    const { answered, ...turn } = await this.grantPage(address);
    if (answered < WAITERS_LOOKED_AT) return turn;
    const rest = await this.grant(address);
    return { ...rest, told: [...turn.told, ...rest.told] };
  }

  private grantPage({ tenant, key }: LockAddress): Promise<LockTurn & { answered: number }> {
    return inTransaction(this.pool, async (client) => {
      await client.query(`BEGIN; ${grantingLock(tenant, key)}`);
      const held = (await client.query<HeldRow>({ ...heldCount, values: [tenant, key] })).rows[0]!;
      const gone = held.rivals > 1 ? await this.displace(client, tenant, key) : [];
      const waiting = await this.waiting(client, { tenant, key }, held);
      const next = grantLocks(held, waiting);
      const granted = await write(client, grantRequests, next, grantOf);
      const refused = await write(client, refuseRequests, waiting.slice(next.length).filter(isImpatient), refusalOf);
      await client.query('COMMIT');
      const told = [...gone, ...granted, ...refused];
      const { isAwaited, nextFreeAt } = held;
      return { told, answered: granted.length + refused.length, ...(isAwaited && nextFreeAt !== null && { nextFreeAt }) };
    });
  }

  /**
   * A walk over keys of a range of buckets that somebody waits for: found are those whose turn nobody has taken, because whoever should have
   * died, or because a permit has come back.
   */
  async awaited(fromBucket: number, toBucket: number, limit: number, after?: LockPlace): Promise<AwaitedKeys> {
    const values = [fromBucket, toBucket, limit, after?.bucket ?? fromBucket, after?.tenant ?? '', after?.key ?? ''];
    const { rows } = await this.pool.query<LockPlace & { isDue: boolean }>({ ...awaitedKeys, values });
    const due = rows.filter(({ isDue }) => isDue).map(({ tenant, key }) => ({ tenant, key }));
    const last = rows.length < limit ? undefined : rows.at(-1);
    return { due, ...(last && { next: { bucket: last.bucket, tenant: last.tenant, key: last.key } }) };
  }

  /** Removes permits that have come back: nobody asks for most keys ever again. */
  async forgetPermits(fromBucket: number, toBucket: number, limit: number): Promise<void> {
    await this.pool.query({ ...forgetPermits, values: [fromBucket, toBucket, limit] });
  }

  /** Who holds it, in order of the grants. */
  async holders({ tenant, key }: LockAddress): Promise<LockHolder[]> {
    return (await this.pool.query<LockHolder>({ ...lockHolders, values: [tenant, key] })).rows;
  }

  /** As many as may be granted, or refused: a key that is held fully costs nothing for those who wait. */
  private async waiting(client: PoolClient, { tenant, key }: LockAddress, held: HeldRow): Promise<WaitingRow[]> {
    const room = Math.max(0, held.limit - held.count);
    const limit = held.isImpatient ? WAITERS_LOOKED_AT : Math.min(room, WAITERS_LOOKED_AT);
    if (limit === 0 || !held.isAwaited) return [];
    return (await client.query<WaitingRow>({ ...waitingFor, values: [tenant, key, limit] })).rows;
  }

  private async displace(client: PoolClient, tenant: string, key: string): Promise<InstanceId[]> {
    const rivals = (await client.query<WaitingRow>({ ...rivalsOf, values: [tenant, key] })).rows;
    const newest = rivals.at(-1)!.instanceId;
    return write(client, displaceRequests, displaced(rivals), () => ({ type: 'cancel', reason: `displaced by ${newest}` }));
  }
}

type Answer = JsonObject & { readonly type: string };

const isImpatient = ({ onLimit }: WaitingRow): boolean => onLimit === 'reject';

/** Whole instances ask without a path. The number of a grant comes from a sequence: of two grants of a key the later has the higher. */
const grantOf = ({ path, token }: WaitingRow): Answer =>
  path === '' ? { type: 'limitGranted', token } : { type: 'lockGranted', path, token };
const refusalOf = ({ token }: WaitingRow): Answer => ({ type: 'limitRefused', token });

async function write(
  client: PoolClient,
  statement: { readonly name: string; readonly text: string },
  rows: readonly WaitingRow[],
  answerTo: (row: WaitingRow) => Answer,
): Promise<InstanceId[]> {
  if (rows.length === 0) return [];
  const answers = rows.map(answerTo);
  const values = [
    plainArray(rows.map((row) => row.instanceId)),
    textArray(rows.map((row) => row.path)),
    plainArray(rows.map((row) => row.token)),
    plainArray(rows.map((row) => bucketOf(row.instanceId))),
    textArray(answers.map((answer) => canonicalJson(answer))),
    textArray(answers.map(({ type }) => type)),
  ];
  return (await client.query<{ id: InstanceId }>({ ...statement, values })).rows.map((row) => row.id);
}
