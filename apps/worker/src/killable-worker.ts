import type { INestApplication } from '@nestjs/common';
import type { ChaosAgent } from '#libs/chaos';
import { TaskStrategy, type Worker } from '#libs/worker-sdk';

/** Lets chaos mode kill the worker of this process. */
export function killableWorker(app: INestApplication, agent: ChaosAgent): void {
  const strategy = app.get(TaskStrategy);
  const holding = (): ReturnType<Worker['holding']> => strategy.unwrap<Worker>().holding();
  agent.register('killWorker', {
    steps: () => holding().steps.map(({ instanceId, path }) => ({ instanceId, path })),
    claimed: () => holding().claimed,
    drop: () => strategy.crash(),
  });
}
