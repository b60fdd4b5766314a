import type { Pool, PoolClient } from 'pg';
import { settleLane, type Breaker, type LaneClaim, type LaneGrant, type SlotRow } from '#libs/engine';
import { NOW_MS } from '../connections/database-clock.js';
import { inTransaction } from '../connections/in-transaction.js';
import { plainArray, textArray } from '../connections/pg-array.js';
import { laneColumns, laneKey, laneOfRow, readLane, type LaneAddress, type LaneColumns, type LaneRow } from './lane-row.js';

/** What an owner says of its partitions in one lane. */
export interface LaneClaims extends LaneAddress {
  readonly claims: readonly LaneClaim[];
}

export interface LaneAnswer extends LaneAddress {
  readonly row: LaneRow;
  readonly grants: readonly LaneGrant[];
  /** As it was before, where this moved it. */
  readonly breakerBefore: Breaker | undefined;
}

export interface Settlement {
  /** Database clock, epoch ms, when all this was decided: grants may be used from then on, tokens in its window. */
  readonly at: number;
  readonly lanes: readonly LaneAnswer[];
}

export interface Owner {
  readonly topology: number;
  /** Leases this owner believes to hold. */
  readonly leases: readonly { readonly partition: number; readonly epoch: number }[];
}

interface GrantColumns extends LaneAddress, SlotRow {
  readonly epoch: number;
  readonly askedAt: number;
}

/** A partition that has not been heard of for so long wants no more than it has, ms. */
const silentMs = 3_000;

const lockedLanes = `SELECT ${laneColumns} FROM workflow_lane_settings AS s
  WHERE (s.scope, s.name) IN (SELECT * FROM unnest($1::text[], $2::text[])) ORDER BY s.scope, s.name FOR UPDATE`;
const allGrants = `SELECT g.scope, g.name, g.partition, g.epoch, g.granted, g.demand, g.asked_at AS "askedAt"
  FROM unnest($2::text[], $3::text[]) AS lane(scope, name)
  JOIN workflow_slot_grants g ON g.scope = lane.scope AND g.name = lane.name AND g.topology = $1`;
const writeGrants = `INSERT INTO workflow_slot_grants (scope, name, topology, partition, epoch, granted, demand, asked_at)
  SELECT u.scope, u.name, $1, u.partition, u.epoch, u.granted, u.demand, $8
  FROM unnest($2::text[], $3::text[], $4::smallint[], $5::int[], $6::int[], $7::int[]) AS u(scope, name, partition, epoch, granted, demand)
  ON CONFLICT (scope, name, topology, partition) DO UPDATE
  SET epoch = excluded.epoch, granted = excluded.granted, demand = excluded.demand, asked_at = excluded.asked_at`;
const writeState = `UPDATE workflow_lane_settings SET window_start = $3, window_used = $4, breaker_state = $5, failures_in_row = $6,
  opens_until = $7, probe = $8 WHERE scope = $1 AND name = $2`;

/**
 * The actor of every limit: under the lock of its row it looks at what all partitions have and want, and the engine decides. Grants belong to
 * partitions, so nothing is lost with an owner that dies. A deposed owner may write until its successor has written once, and then no more;
 * until then the successor dispatches nothing, and the former one wrote of what is in the audit log.
 */
export class LaneSettling {
  constructor(private readonly pool: Pool) {}

  async settle({ topology, leases }: Owner, lanes: readonly LaneClaims[]): Promise<Settlement> {
    const epochs = new Map(leases.map(({ partition, epoch }) => [partition, epoch]));
    return inTransaction(this.pool, async (client) => {
      await client.query('BEGIN');
      const names = [textArray(lanes.map((lane) => lane.scope)), textArray(lanes.map((lane) => lane.name))];
      const { rows } = await client.query<LaneColumns>(lockedLanes, names);
      const { rows: written } = await client.query<GrantColumns>(allGrants, [topology, ...names]);
      const at = await clockOf(client); // after the locks: later than whatever freed what is granted now
      const settled = rows.map((columns) => settleOne(readLane(columns), lanes, written, epochs, at));
      await this.write(client, topology, epochs, settled, at);
      await client.query('COMMIT');
      return { at, lanes: settled.map(({ answer }) => answer) };
    });
  }

  private async write(
    client: PoolClient,
    topology: number,
    epochs: ReadonlyMap<number, number>,
    settled: readonly Settled[],
    at: number,
  ): Promise<void> {
    const grants = settled.flatMap(({ answer }) => answer.grants.map((grant) => ({ ...grant, lane: answer })));
    if (grants.length > 0)
      await client.query(writeGrants, [
        topology,
        textArray(grants.map(({ lane }) => lane.scope)),
        textArray(grants.map(({ lane }) => lane.name)),
        plainArray(grants.map(({ partition }) => partition)),
        plainArray(grants.map(({ partition }) => epochs.get(partition)!)),
        plainArray(grants.map(({ granted }) => granted)),
        plainArray(grants.map(({ demand }) => demand)),
        at,
      ]);
    for (const { answer, hasMoved } of settled) {
      const { scope, name, window, state } = answer.row;
      if (hasMoved)
        await client.query(writeState, [
          ...[scope, name, window.startsAt, window.used],
          ...[state.state, state.failuresInRow, state.opensUntil, state.probe],
        ]);
    }
  }
}

interface Settled {
  readonly answer: LaneAnswer;
  /** Its own row has changed too. */
  readonly hasMoved: boolean;
}

function settleOne(
  row: LaneRow,
  lanes: readonly LaneClaims[],
  written: readonly GrantColumns[],
  epochs: ReadonlyMap<number, number>,
  at: number,
): Settled {
  const key = laneKey(row);
  const rows = written.filter((grant) => laneKey(grant) === key);
  const writers = new Map(rows.map(({ partition, epoch }) => [partition, epoch]));
  const isOurs = ({ partition }: LaneClaim): boolean => (epochs.get(partition) ?? -1) >= (writers.get(partition) ?? 0);
  const claims = lanes.filter((lane) => laneKey(lane) === key).flatMap((lane) => lane.claims);
  const { grants, window, breaker } = settleLane(
    laneOfRow(row),
    rows.map((grant) => heard(grant, at)),
    claims.filter(isOurs),
    at,
  );
  const now: LaneRow = { ...row, window, state: breaker ?? row.state };
  const hasMoved = JSON.stringify([window, now.state]) !== JSON.stringify([row.window, row.state]);
  const { scope, name } = row;
  const hasBroken = now.state.state !== row.state.state;
  return { answer: { scope, name, row: now, grants, breakerBefore: hasBroken ? row.state : undefined }, hasMoved };
}

const heard = ({ partition, granted, demand, askedAt }: GrantColumns, at: number): SlotRow => ({
  partition,
  granted,
  demand: at - askedAt <= silentMs ? demand : Math.min(demand, granted),
});

async function clockOf(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ now: number }>(`SELECT ${NOW_MS} AS now`);
  return rows[0]!.now;
}
