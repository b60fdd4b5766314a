import { endedInstanceStatuses } from '#libs/engine';
import { monoMs } from '../ledger/ledger-record.js';
import type { World } from '../world/world.js';
import { withDatabase } from './stored-facts.js';

export interface Rest {
  /** From the call until nothing was open, ms. */
  readonly ms: number;
  /** Instances still open when nothing had moved for `stallMs`; empty: all ended. */
  readonly stuck: readonly { readonly id: string; readonly definition: string; readonly status: string }[];
}

/** All that waits in the workload is due within 5 s; a lease and its hand-over take less than the rest. */
export const stallMs = 30_000;
export const ended = `('${[...endedInstanceStatuses].join("','")}')`;

/** Resolves when no instance is open, or nothing has moved for 30 s: no step began, no instance ended. */
export async function untilAtRest(world: World): Promise<Rest> {
  const begun = monoMs();
  return withDatabase(world.database.url, async (client) => {
    let [left, movedAtMs] = [-1, begun];
    for (;;) {
      const { rows } = await client.query<{ open: number }>(
        `SELECT count(*)::int AS open FROM workflow_instances WHERE status NOT IN ${ended}`,
      );
      const now = monoMs();
      const open = rows[0]!.open;
      if (open === 0) return { ms: now - begun, stuck: [] };
      if (open !== left) movedAtMs = now;
      left = open;
      movedAtMs = Math.max(movedAtMs, world.ledger.lastAtMs);
      if (now - movedAtMs > stallMs) {
        const stuck = await client.query<Rest['stuck'][number]>(
          `SELECT id, definition, status FROM workflow_instances WHERE status NOT IN ${ended} ORDER BY id LIMIT 100`,
        );
        return { ms: now - begun, stuck: stuck.rows };
      }
      await new Promise((resolve) => setTimeout(resolve, 100)); // the database does not tell
    }
  });
}
