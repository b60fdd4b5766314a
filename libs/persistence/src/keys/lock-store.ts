import type { Pool, PoolClient } from 'pg';
import { bucketOf } from '#libs/contracts';
import { canonicalJson, grantLocks, type InstanceId, type JsonObject, type LockHeld } from '#libs/engine';
import { inTransaction } from '../connections/in-transaction.js';
import { plainArray, textArray } from '../connections/pg-array.js';
import { grantingLock } from './key-address.js';
import { grantable, grantRequests, heldCount, lockHolders, waitingFor } from './lock-statements.js';

/** A key of a lock, of one tenant. */
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

interface WaitingRow {
  readonly instanceId: InstanceId;
  readonly path: string;
  readonly token: number;
  readonly limit: number;
}

/** Requests looked at in one transaction. */
const WAITERS_LOOKED_AT = 100;

/**
 * The actor of every lock's key. Batches write requests and remove them in the transaction that decides so; who of those that wait gets
 * the key is decided here, key by key: an advisory lock serialises whoever does it, so it may be done by anybody, twice, or by an owner
 * that was deposed. Nothing here waits for a batch, so no batch can wait for another through it.
 */
export class LockStore {
  constructor(private readonly pool: Pool) {}

  /** Grants what can be granted now, in the order of arrival. @returns instances that have a grant in their inbox */
  async grant(address: LockAddress): Promise<InstanceId[]> {
    const granted = await this.grantPage(address);
    return granted.length < WAITERS_LOOKED_AT ? granted : [...granted, ...(await this.grant(address))];
  }

  private grantPage({ tenant, key }: LockAddress): Promise<InstanceId[]> {
    return inTransaction(this.pool, async (client) => {
      await client.query(`BEGIN; ${grantingLock(tenant, key)}`);
      const held = await this.held(client, tenant, key);
      const waiting = await this.waiting(client, tenant, key);
      const next = grantLocks(held, waiting);
      const granted = next.length === 0 ? [] : await this.write(client, next);
      await client.query('COMMIT');
      return granted;
    });
  }

  /** Keys of a range of buckets with a request that could be granted: found by the sweep when whoever should have done it died. */
  async grantable(fromBucket: number, toBucket: number, limit: number): Promise<LockAddress[]> {
    return (await this.pool.query<LockAddress>({ ...grantable, values: [fromBucket, toBucket, limit] })).rows;
  }

  /** Who holds it, in order of the grants. */
  async holders({ tenant, key }: LockAddress): Promise<LockHolder[]> {
    return (await this.pool.query<LockHolder>({ ...lockHolders, values: [tenant, key] })).rows;
  }

  private async held(client: PoolClient, tenant: string, key: string): Promise<LockHeld> {
    return (await client.query<LockHeld>({ ...heldCount, values: [tenant, key] })).rows[0]!;
  }

  private async waiting(client: PoolClient, tenant: string, key: string): Promise<WaitingRow[]> {
    return (await client.query<WaitingRow>({ ...waitingFor, values: [tenant, key, WAITERS_LOOKED_AT] })).rows;
  }

  /** The number of a grant comes from a sequence: of two grants of a key the later has the higher. */
  private async write(client: PoolClient, granted: readonly WaitingRow[]): Promise<InstanceId[]> {
    const values = [
      plainArray(granted.map((row) => row.instanceId)),
      textArray(granted.map((row) => row.path)),
      plainArray(granted.map((row) => row.token)),
      plainArray(granted.map((row) => bucketOf(row.instanceId))),
      textArray(granted.map(({ path, token }) => canonicalJson({ type: 'lockGranted', path, token } satisfies JsonObject))),
    ];
    return (await client.query<{ id: InstanceId }>({ ...grantRequests, values })).rows.map((row) => row.id);
  }
}
