import type { Pool } from 'pg';
import { laneColumns, laneKey, type LaneAddress, type LaneColumns, type LaneRow, readLane } from './lane-row.js';

/** Settings of queues and tasks. */
export class LaneStore {
  constructor(private readonly pool: Pool) {}

  /** All that was ever set: as many as somebody typed. */
  async list(): Promise<LaneRow[]> {
    const { rows } = await this.pool.query<LaneColumns>(`SELECT ${laneColumns} FROM workflow_lane_settings ORDER BY scope, name`);
    return rows.map(readLane);
  }

  /** Steps that hold a slot or could use one at once, over all partitions, by `<scope> <name>`. */
  async demands(topology: number): Promise<Map<string, number>> {
    const { rows } = await this.pool.query<LaneAddress & { demand: number }>(
      'SELECT scope, name, sum(demand)::int AS demand FROM workflow_slot_grants WHERE topology = $1 GROUP BY scope, name',
      [topology],
    );
    return new Map(rows.map((row) => [laneKey(row), row.demand]));
  }
}
