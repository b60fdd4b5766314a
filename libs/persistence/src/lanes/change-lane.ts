import type { PoolClient } from 'pg';
import { closedBreaker } from '#libs/engine';
import { NOW_MS } from '../connections/database-clock.js';
import { type LaneAddress, laneColumns, type LaneColumns, type LaneRow, readLane } from './lane-row.js';

/** What an operator changes; what is absent stays as it is. */
export interface LaneChange extends Partial<
  Pick<LaneRow, 'concurrency' | 'rate' | 'priority' | 'paused' | 'breaker' | 'breakAfter' | 'breakForMs'>
> {
  readonly reason?: string;
  readonly by?: string;
}

/** Amid a transaction, so that two who change one at once do so one after the other. @returns the row as it is now */
export async function changeLane(client: PoolClient, { scope, name }: LaneAddress, change: LaneChange): Promise<LaneRow> {
  await client.query(
    `INSERT INTO workflow_lane_settings (scope, name, changed_at) VALUES ($1, $2, ${NOW_MS}) ON CONFLICT DO NOTHING`,
    [scope, name],
  );
  const { rows } = await client.query<LaneColumns>(
    `SELECT ${laneColumns} FROM workflow_lane_settings WHERE scope = $1 AND name = $2 FOR UPDATE`,
    [scope, name],
  );
  return write(client, changedLane(readLane(rows[0]!), change));
}

async function write(client: PoolClient, row: LaneRow): Promise<LaneRow> {
  const { scope, name, concurrency, rate, priority, paused, note, by, breaker, breakAfter, breakForMs, state } = row;
  const { rows } = await client.query<LaneColumns>(
    `UPDATE workflow_lane_settings SET concurrency = $3, rate_limit = $4, rate_per = $5, priority = $6, paused = $7, note = $8,
       changed_by = $9, changed_at = ${NOW_MS}, breaker = $10, break_after = $11, break_for_ms = $12,
       breaker_state = $13, failures_in_row = $14, opens_until = $15, probe = $16
     WHERE scope = $1 AND name = $2 RETURNING ${laneColumns}`,
    [
      ...[scope, name, concurrency, rate?.limit ?? null, rate?.per ?? null, priority, paused, note, by],
      ...[breaker, breakAfter, breakForMs, state.state, state.failuresInRow, state.opensUntil, state.probe],
    ],
  );
  return readLane(rows[0]!);
}

/** A breaker that is set by hand begins anew; a pause keeps its note until it ends. */
function changedLane(row: LaneRow, { reason, by, ...change }: LaneChange): LaneRow {
  const paused = change.paused ?? row.paused;
  const note = change.paused === undefined ? row.note : paused ? (reason ?? null) : null;
  const state = change.breaker === undefined ? row.state : closedBreaker;
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return { ...row, ...given, paused, note, by: by ?? null, state };
}
