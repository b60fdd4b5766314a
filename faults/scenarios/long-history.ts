import { until } from '#libs/testing';
import { withDatabase } from '../checks/stored-facts.js';
import { monoMs } from '../ledger/ledger-record.js';
import type { Run } from '../run.js';
import type { Scenario } from '../scenario.js';

const loop = {
  name: 'faults.long',
  version: '1.0.0',
  steps: [
    {
      id: 'round',
      type: 'repeat',
      while: '${index < input.rounds}',
      maxIterations: 100_000,
      keep: 1,
      steps: [{ id: 'set', type: 'set', values: { n: '${index}' } }],
    },
  ],
  output: null,
};

/** The cost of an event may grow with the history by so much, from its first half to its second. */
const mostGrowth = 3;

export const longHistory: Scenario = {
  id: 'F19',
  title: 'a history that grows and grows',
  inject:
    'a loop of 20,000 rounds (6,000 in the matrix); an endless one cancelled in the middle; its orchestrator killed on the way',
  mustHold: 'I10, I11: the cost of an event stays flat; pages are read, the cancel is heard',
  floors: { interrupted: 0, restarted: ['orchestrator'] },
  async run(run) {
    const { world } = run;
    const rounds = run.scaled({ smoke: 3_000, matrix: 6_000, full: 20_000 });
    await world.register([loop]);
    const { id } = await world.client.startInstance({ definition: loop.name, input: { rounds } });
    run.own.set(id, 'completed');
    await world.client.waitForInstance(id, { timeoutMs: 600_000 });
    const { events, growth } = await growthOf(run, id);
    run.measure('events of one instance', events, '');
    run.measure('cost of an event in the second half over the first', growth, 'times', mostGrowth);
    const begun = monoMs();
    let pages = 0;
    for await (const event of world.client.history(id)) pages += event.seq > 0 ? 1 : 0;
    run.measure('reading the history', ((monoMs() - begun) * 1_000) / pages, 'ms a thousand events', 2_000);
    await cancelledInTheMiddle(run);
  },
};

/** By the times of the log. */
const growthOf = (run: Run, id: string): Promise<{ events: number; growth: number }> =>
  withDatabase(run.world.database.url, async (client) => {
    const { rows } = await client.query<{ seq: number; at: number }>(
      'SELECT seq, occurred_at::float8 AS at FROM workflow_events WHERE instance_id = $1 ORDER BY seq',
      [id],
    );
    const half = Math.floor(rows.length / 2);
    const took = (from: number): number => Math.max(1, rows[from + half - 1]!.at - rows[from]!.at);
    return { events: rows.length, growth: took(rows.length - half) / took(0) };
  });

async function cancelledInTheMiddle(run: Run): Promise<void> {
  const { client } = run.world;
  const { id } = await client.startInstance({ definition: loop.name, input: { rounds: 90_000 } });
  run.own.set(id, 'cancelled');
  const isUnderWay = async () => ((await client.getInstance(id)).seq > 500 ? true : undefined);
  await until(isUnderWay, 60_000);
  await run.killAndRestart(run.anyOf('orchestrator'));
  const begun = monoMs();
  await client.cancel(id, {}, { waitMs: 30_000 });
  const { status } = await client.waitForInstance(id, { timeoutMs: 60_000 });
  run.measure('from the cancel to its end', monoMs() - begun, 'ms', 30_000);
  run.check('cancel', 1, status === 'cancelled' ? [] : [`expected it to be cancelled, but it is ${status}`]);
}
