import { until } from '#libs/testing';
import { withDatabase } from '../checks/stored-facts.js';
import { leaseMs } from '../world/world.js';
import type { Scenario } from '../scenario.js';

const steps = 12;
const workMs = 3_000;
const definition = {
  name: 'faults.zombie',
  version: '1.0.0',
  steps: Array.from({ length: steps }, (_, i) => ({ id: `s${i + 1}`, needs: [], task: 'ledger.work', input: { ms: workMs } })),
  output: null,
};

export const zombieWorker: Scenario = {
  id: 'F4',
  title: 'a worker that stands still and comes back',
  inject: 'SIGSTOP of the worker that runs most of twelve steps until others have done them, then SIGCONT',
  mustHold: 'I3, I4: late results are refused; two executions, one effect',
  isSmoke: true,
  floors: { interrupted: 1, acknowledged: 0 },
  async run(run) {
    const { world } = run;
    await world.register([definition]);
    const { id } = await world.client.startInstance({ definition: definition.name });
    run.own.set(id, 'completed');
    const ofIt = () => world.ledger.executions.filter(({ instance }) => instance === id);
    await world.ledger.reached('all steps begun', () => ofIt().length === steps);
    const zombie = run.busiestWorker();
    const held = world.ledger.running(zombie.pid).filter(({ instance }) => instance === id);
    await run.fault(
      `SIGSTOP ${zombie.spec.name}`,
      async () => {
        zombie.freeze();
        await world.client.waitForInstance(id, { timeoutMs: 6 * leaseMs + workMs + 30_000 });
        zombie.thaw();
      },
      [zombie],
    );
    // its timers ring at once: it ends its steps, and tells results nobody waits for
    await world.ledger.reached('the effects of the one that came back', () => held.every(({ end }) => end !== undefined), 20_000);
    const twice = held.filter(({ path }) => ofIt().filter((one) => one.path === path).length === 2);
    run.check(
      'I4',
      held.length,
      twice.length === held.length ? [] : [`${held.length} steps were held, ${twice.length} of them ran twice`],
    );
    const applied = ofIt().filter(({ isApplied }) => isApplied).length;
    run.check('I4', steps, applied === steps ? [] : [`expected ${steps} effects, but there were ${applied}`]);
    run.measure('steps that ran twice', twice.length, '');
    const completions = await until(() => completedOf(world.database.url, id), 5_000);
    run.check(
      'I3',
      steps,
      completions === steps ? [] : [`expected ${steps} completions in the log, but there are ${completions}`],
    );
  },
};

const completedOf = (url: string, id: string): Promise<number> =>
  withDatabase(url, async (client) => {
    const sql = `SELECT count(*)::int AS count FROM workflow_events WHERE instance_id = $1 AND type = 'stepCompleted'`;
    return (await client.query<{ count: number }>(sql, [id])).rows[0]!.count;
  });
