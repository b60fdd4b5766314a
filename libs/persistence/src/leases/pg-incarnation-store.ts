import { NOW_MS } from '../connections/database-clock.js';
import type { Pool } from 'pg';
import type { IncarnationStore } from '../ports.js';

export class PgIncarnationStore implements IncarnationStore {
  constructor(private readonly pool: Pool) {}

  async current(queues: readonly { queue: string; task: string }[]): Promise<number[]> {
    if (queues.length === 0) return [];
    const names = [queues.map((row) => row.queue), queues.map((row) => row.task)];
    await this.pool.query(
      `INSERT INTO workflow_queues (queue, task, changed_at) SELECT DISTINCT u.queue, u.task, ${NOW_MS}
       FROM unnest($1::text[], $2::text[]) AS u(queue, task) ORDER BY u.queue, u.task ON CONFLICT DO NOTHING`,
      names,
    );
    // A statement of its own: in one with the insert, a row that a twin had just inserted would be missing.
    const { rows } = await this.pool.query<{ incarnation: number }>(
      `SELECT q.incarnation FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS u(queue, task, place)
       JOIN workflow_queues q ON q.queue = u.queue AND q.task = u.task ORDER BY u.place`,
      names,
    );
    return rows.map((row) => row.incarnation);
  }

  async bump(queue: string, task: string, expected: number): Promise<number> {
    const { rows } = await this.pool.query<{ incarnation: number }>(
      `INSERT INTO workflow_queues AS q (queue, task, incarnation, changed_at) VALUES ($1, $2, $3::int + 1, ${NOW_MS})
       ON CONFLICT (queue, task) DO UPDATE SET
         incarnation = CASE WHEN q.incarnation = $3::int THEN q.incarnation + 1 ELSE q.incarnation END,
         changed_at = CASE WHEN q.incarnation = $3::int THEN excluded.changed_at ELSE q.changed_at END
       RETURNING q.incarnation`,
      [queue, task, expected],
    );
    return rows[0]!.incarnation;
  }

  async bumpAll(): Promise<void> {
    await this.pool.query(`UPDATE workflow_queues SET incarnation = incarnation + 1, changed_at = ${NOW_MS}`);
  }
}
