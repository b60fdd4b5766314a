import { percentile } from '#libs/testing';
import { withDatabase } from '../checks/stored-facts.js';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';
import { startMany } from '../workload/many.js';

export const alarm = {
  name: 'faults.alarm',
  version: '1.0.0',
  steps: [{ id: 'rest', type: 'sleep', until: '${input.until}' }],
};

export const timerHerd: Scenario = {
  id: 'F29',
  title: 'thundering herd of timers',
  inject: 'thousands of timers due in the same second',
  mustHold: 'I14: none early, each once, at most 10 s late',
  floors: { faults: 0, interrupted: 0 },
  async run(run) {
    await run.world.register([alarm]);
    const count = run.scaled({ smoke: 1_000, matrix: 5_000, full: 10_000 });
    const due = Date.now() + run.scaled({ smoke: 20_000, matrix: 60_000, full: 60_000 });
    await startMany(run, Array.from({ length: count }, () => ({ definition: alarm.name, input: { until: new Date(due).toISOString() } })), 'completed');
    if (Date.now() > due - 5_000) throw new Error(`expected ${count} timers to be there before they are due`);
    await pause(due - Date.now());
    await run.atRest();
    await measureLateness(run, count);
  },
}; // prettier-ignore

/** How late each timer ended its instance, by the database's own clock. None may be early. */
export async function measureLateness(run: Run, count: number, lateAtMostMs = 10_000): Promise<void> {
  const late = await latenessOf(run);
  const early = late.filter((ms) => ms < 0);
  run.check('I14', late.length, early.length > 0 ? [`${early.length} timers fired early, one by ${-Math.min(...early)} ms`] : []);
  if (late.length !== count) run.check('I14', 0, [`expected ${count} timers to have fired, but it were ${late.length}`]);
  run.measure('lateness p50', percentile(late, 0.5), 'ms');
  run.measure('lateness p99', percentile(late, 0.99), 'ms');
  run.measure('lateness, most', Math.max(...late), 'ms', lateAtMostMs);
}

const latenessOf = ({ world }: Run): Promise<number[]> =>
  withDatabase(world.database.url, async (client) => {
    const { rows } = await client.query<{ late: number }>(
      `SELECT ended_at::float8 - extract(epoch FROM (input::jsonb ->> 'until')::timestamptz)::float8 * 1000 AS late
       FROM workflow_instances WHERE definition = $1 AND ended_at IS NOT NULL`,
      [alarm.name],
    );
    return rows.map(({ late }) => Math.round(late));
  });
