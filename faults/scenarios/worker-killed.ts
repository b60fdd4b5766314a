import { percentile } from '#libs/testing';
import { leaseMs } from '../world/world.js';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';

export const workerKilled: Scenario = {
  id: 'F3',
  title: 'workers killed in the middle of steps',
  inject: 'kill -9 of the worker that runs most steps, as soon as the ledger shows some begun; six times',
  mustHold: 'I5, I8, I18: what was interrupted runs again elsewhere',
  isSmoke: true,
  floors: { faults: 2, interrupted: 10, restarted: ['worker'] },
  async run(run) {
    const kills = run.scaled({ smoke: 2, matrix: 6, full: 20 });
    await run.underLoad(async () => {
      for (let kill = 0; kill < kills; kill += 1) {
        await run.inFlight(10, () => run.busiestWorker());
        await run.killAndRestart(run.busiestWorker(), run.random.between(0, 3_000));
        await pause(run.random.between(500, 2_000));
      }
    });
    await run.atRest();
    measureRedispatch(run);
  },
};

/** From the first begin of an attempt to its next, where it began more than once. The lost are judged after the lease; their repetition follows. */
function measureRedispatch(run: Run): void {
  const attempts = Map.groupBy(run.world.ledger.executions, ({ instance, path, attempt }) => `${instance} ${path} ${attempt}`);
  const waits = [...attempts.values()].flatMap((own) => (own.length > 1 ? [own[1]!.beganAtMs - own[0]!.beganAtMs] : []));
  if (waits.length === 0) return;
  run.measure('interrupted steps that began again', waits.length, '');
  run.measure('begin to next begin p50', percentile(waits, 0.5), 'ms');
  run.measure('begin to next begin, longest', Math.max(...waits), 'ms', 2 * leaseMs + 10_000);
}
