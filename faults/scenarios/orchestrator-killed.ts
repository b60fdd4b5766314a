import { pause } from '../run.js';
import type { Scenario } from '../scenario.js';

export const orchestratorKilled: Scenario = {
  id: 'F1',
  title: 'orchestrators killed at random',
  inject: 'kill -9 of one of three every 2–5 s under load, started again after up to 2 s',
  mustHold: 'I1–I11, I13, I17, I18',
  floors: { faults: 3, restarted: ['orchestrator'] },
  async run(run) {
    const kills = run.scaled({ smoke: 3, matrix: 10, full: 30 });
    await run.underLoad(async () => {
      const restarts = new Set<Promise<void>>();
      for (let kill = 0; kill < kills; kill += 1) {
        await pause(run.random.between(2_000, 5_000));
        if (restarts.size > 1) await Promise.race(restarts); // one of them is always there
        await run.inFlight(6); // there is something to hit, however fast the machine
        const restart: Promise<void> = run
          .killAndRestart(run.anyOf('orchestrator'), run.random.between(0, 2_000))
          .finally(() => restarts.delete(restart));
        restarts.add(restart);
      }
      await Promise.all(restarts);
    });
  },
};
