import { leaseMs } from '../world/world.js';
import { pause } from '../run.js';
import type { Scenario } from '../scenario.js';

export const zombieOrchestrator: Scenario = {
  id: 'F5',
  title: 'orchestrators that stand still and come back believing',
  inject: 'SIGSTOP of one of three for three leases, then SIGCONT; again and again, with timers due meanwhile',
  mustHold: 'I3, I14, I18: no timer fires twice, what the old owner still writes is refused',
  floors: { faults: 1, interrupted: 10 },
  async run(run) {
    const rounds = run.scaled({ smoke: 1, matrix: 3, full: 8 });
    const frozenMs = run.scaled({ smoke: 3 * leaseMs, matrix: 3 * leaseMs, full: 60_000 });
    await run.underLoad(async () => {
      for (let round = 0; round < rounds; round += 1) {
        await run.inFlight(10);
        await run.freeze(run.anyOf('orchestrator'), frozenMs);
        await pause(run.random.between(1_000, 3_000));
      }
    });
  },
};
