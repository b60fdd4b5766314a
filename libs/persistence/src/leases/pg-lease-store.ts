import { NOW_MS } from '../connections/database-clock.js';
import { DatabaseError, type Pool } from 'pg';
import type { Lease, LeaseStore, OrchestratorRow, PartitionRow } from '../ports.js';

/** How long a lease lasts without renewal, ms, unless its owner says otherwise. */
const LEASE_MS = 10_000;

/**
 * Takes the lease and, in the same statement, writes the take-over row: from then on the previous owner's next commit collides.
 * Whoever holds the lease may claim it again (a commit of unknown outcome is a take-over from oneself).
 */
export const claimStatement = {
  name: 'claim_partition',
  text: `WITH lease AS (
  UPDATE workflow_partitions SET owner = $3, epoch = epoch + 1, expires_at = ${NOW_MS} + $5::int, renewed_at = ${NOW_MS},
    owned_since = CASE WHEN owner = $3 THEN owned_since ELSE ${NOW_MS} END
  WHERE topology = $1 AND partition = $2 AND (owner IS NULL OR owner = $3 OR expires_at <= ${NOW_MS} OR $4)
  RETURNING epoch
), newest AS (
  SELECT batch_no, sent_through FROM workflow_batches WHERE topology = $1 AND partition = $2 ORDER BY batch_no DESC LIMIT 1
)
INSERT INTO workflow_batches (topology, partition, batch_no, epoch, sent_through, touched, touched_from, touched_to, committed_at)
SELECT $1, $2, coalesce((SELECT batch_no FROM newest), 0) + 1, lease.epoch, coalesce((SELECT sent_through FROM newest), 0), '{}', '{}', '{}', ${NOW_MS}
FROM lease
RETURNING partition, epoch, batch_no AS "batchNo", sent_through AS "sentThrough"`,
} as const;

/** Tries to write the take-over row while the previous owner still commits. Each failure means that it did: it stops at its first collision with us. */
const CLAIM_TRIES = 100;

export class PgLeaseStore implements LeaseStore {
  constructor(private readonly pool: Pool) {}

  async ensurePartitions(topology: number, partitions: number): Promise<void> {
    await this.pool.query(
      `INSERT INTO workflow_partitions (topology, partition) SELECT $1, n FROM generate_series(0, $2::int - 1) AS n ON CONFLICT DO NOTHING`,
      [topology, partitions],
    );
  }

  async announce({ id, host, hasBroker, version }: Omit<OrchestratorRow, 'startedAt'>, leaseMs = LEASE_MS): Promise<void> {
    await this.pool.query(
      `INSERT INTO workflow_orchestrators (id, host, has_broker, version, started_at, expires_at)
       VALUES ($1, $2, $3, $4, ${NOW_MS}, ${NOW_MS} + $5::int)
       ON CONFLICT (id) DO UPDATE SET
         host = excluded.host, has_broker = excluded.has_broker, version = excluded.version, expires_at = excluded.expires_at`,
      [id, host, hasBroker, version, leaseMs],
    );
    // Those long gone (a day) leave no trace; those just gone stay visible in the table for whoever looks into a fault.
    await this.pool.query(`DELETE FROM workflow_orchestrators WHERE expires_at < ${NOW_MS} - 86400000`);
  }

  async withdraw(orchestratorId: string): Promise<void> {
    await this.pool.query('DELETE FROM workflow_orchestrators WHERE id = $1', [orchestratorId]);
  }

  async alive(): Promise<OrchestratorRow[]> {
    const { rows } = await this.pool.query<OrchestratorRow>(
      `SELECT id, host, has_broker AS "hasBroker", version, started_at AS "startedAt" FROM workflow_orchestrators
       WHERE expires_at > ${NOW_MS} ORDER BY id`,
    );
    return rows;
  }

  async claim(
    topology: number,
    partition: number,
    owner: string,
    { stale = false, leaseMs = LEASE_MS }: { stale?: boolean; leaseMs?: number } = {},
  ): Promise<Lease | undefined> {
    for (let tries = 1; ; tries++) {
      try {
        const { rows } = await this.pool.query<Lease>({
          ...claimStatement,
          values: [topology, partition, owner, stale, leaseMs],
        });
        return rows[0];
      } catch (error) {
        const isOvertaken = error instanceof DatabaseError && error.code === '23505';
        if (!isOvertaken || tries === CLAIM_TRIES) throw error;
      }
    }
  }

  async renew(
    topology: number,
    owner: string,
    leases: readonly { partition: number; epoch: number }[],
    leaseMs = LEASE_MS,
  ): Promise<number[]> {
    if (leases.length === 0) return [];
    const { rows } = await this.pool.query<{ partition: number }>(
      `UPDATE workflow_partitions AS p SET expires_at = ${NOW_MS} + $5::int, renewed_at = ${NOW_MS}
       FROM unnest($3::smallint[], $4::int[]) AS held(partition, epoch)
       WHERE p.topology = $1 AND p.owner = $2 AND p.partition = held.partition AND p.epoch = held.epoch
       RETURNING p.partition`,
      [topology, owner, leases.map((lease) => lease.partition), leases.map((lease) => lease.epoch), leaseMs],
    );
    return rows.map((row) => row.partition).sort((a, b) => a - b);
  }

  async release(topology: number, owner: string, partition: number, epoch: number): Promise<void> {
    await this.pool.query(
      'UPDATE workflow_partitions SET owner = NULL, expires_at = NULL, owned_since = NULL, renewed_at = NULL WHERE topology = $1 AND owner = $2 AND partition = $3 AND epoch = $4',
      [topology, owner, partition, epoch],
    );
  }

  async list(topology: number): Promise<PartitionRow[]> {
    const { rows } = await this.pool.query<PartitionRow>(
      `SELECT p.partition, p.owner, p.epoch, p.expires_at AS "expiresAt", p.owned_since AS "ownedSince", p.renewed_at AS "renewedAt",
         o.host, o.version
       FROM workflow_partitions p LEFT JOIN workflow_orchestrators o ON o.id = p.owner
       WHERE p.topology = $1 ORDER BY p.partition`,
      [topology],
    );
    return rows;
  }
}
