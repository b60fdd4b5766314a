import type { TestProcess } from '#libs/testing';
import { monoMs } from '../ledger/ledger-record.js';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';
import { startMany } from '../workload/many.js';

const queue = 'rare';
const width = 50;
const rare = {
  name: 'faults.rare',
  version: '1.0.0',
  steps: Array.from({ length: width }, (_, n) => ({
    id: `s${n + 1}`,
    needs: [],
    task: 'ledger.work',
    queue,
    input: { ms: 10 },
    retry: { maxAttempts: 1 },
  })),
};

export const awayWorkers: Scenario = {
  id: 'F40',
  title: 'a kind of step whose workers are away',
  inject: 'all workers of one queue away under load, with fan-outs of fifty behind it; then they are back',
  mustHold: 'only that queue waits, and says how much; it drains within twice the outage; waiting uses up no attempt',
  floors: { interrupted: 0, restarted: ['worker'] },
  async run(run) {
    await run.world.register([rare]);
    const special = await run.world.cluster.add('worker', { ORQUESTRA_WORKER_QUEUES: queue });
    const outageMs = run.scaled({ smoke: 8_000, matrix: 30_000, full: 600_000 });
    const count = run.scaled({ smoke: 4, matrix: 20, full: 200 });
    await run.underLoad(async () => {
      await special.stop();
      const backMs = await run.fault('workers of a queue away', () => outage(run, special, outageMs, count));
      run.restarted.add('worker');
      await drained(run);
      run.measure('the backlog drained in', monoMs() - backMs, 'ms', 2 * outageMs);
    });
    await run.atRest();
    const repeated = [...Map.groupBy(own(run), ({ instance, path }) => `${instance} ${path}`)].filter(([, runs]) => runs.length > 1 || runs[0]!.attempt > 1);
    run.check('attempts', count * width, repeated.map(([step]) => `${step} used up an attempt by waiting`));
    run.check('I18', count * width, own(run).length === count * width ? [] : [`expected ${count * width} executions, but there were ${own(run).length}`]);
  },
}; // prettier-ignore

const own = ({ own: ours, world }: Run): Run['world']['ledger']['executions'] =>
  world.ledger.executions.filter(({ instance }) => ours.has(instance));

/** @returns when the worker was ready again, CLOCK_MONOTONIC ms */
async function outage(run: Run, special: TestProcess, forMs: number, count: number): Promise<number> {
  await startMany(run, Array.from({ length: count }, () => ({ definition: rare.name })), 'completed');
  const before = run.world.ledger.executions.length;
  await pause(forMs);
  const others = run.world.ledger.executions.length - before;
  run.measure('executions of other queues meanwhile', others, '');
  run.check('fairness', 1, others > forMs / 200 ? [] : [`expected other queues to go on, but there were ${others} executions in ${forMs} ms`]);
  const waiting = await backlog(run);
  run.check('backlog', 1, waiting === count * width ? [] : [`expected the queue to say that ${count * width} steps wait, but it says ${waiting}`]);
  await special.start();
  return monoMs();
} // prettier-ignore

async function backlog({ world }: Run): Promise<number> {
  const lanes = (await world.client.queues()).filter((lane) => lane.queue === queue);
  return lanes.reduce((sum, { queued, sent }) => sum + queued + sent, 0);
}

async function drained(run: Run): Promise<void> {
  const wanted = run.own.size * width;
  await run.world.ledger.reached('the backlog to be done', () => own(run).filter(({ end }) => end === 'effect').length >= wanted, 600_000);
} // prettier-ignore
