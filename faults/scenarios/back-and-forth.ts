import { leaseMs } from '../world/world.js';
import { pause } from '../run.js';
import type { Scenario } from '../scenario.js';

export const backAndForth: Scenario = {
  id: 'F42',
  title: 'a partition that goes from A to B and back to A',
  inject:
    'two orchestrators stopped (SIGSTOP) in turn for longer than a lease, so that each takes back what it had, with what it remembers of it',
  mustHold: 'I3, I4, I8, I11: no completion of an attempt that the other one scheduled is rejected and lost',
  world: { counts: { orchestrator: 2 } },
  floors: { faults: 2, interrupted: 10 },
  async run(run) {
    const rounds = run.scaled({ smoke: 1, matrix: 3, full: 20 });
    await run.underLoad(async () => {
      for (let round = 0; round < rounds; round += 1)
        for (const orchestrator of run.world.processes('orchestrator')) {
          await run.inFlight(10);
          await run.freeze(orchestrator, leaseMs + run.random.between(1_500, 4_000));
          await pause(run.random.between(0, 1_500)); // the next goes before this one has found out, or after
        }
    });
    await run.atRest();
  },
};
