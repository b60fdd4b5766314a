import type { INestApplication } from '@nestjs/common';
import type { ChaosAgent } from '#libs/chaos';
import { Ownership } from './ownership.js';

/** Lets chaos mode kill the orchestrator of this process. */
export function killableOrchestrator(app: INestApplication, agent: ChaosAgent): void {
  const ownership = app.get(Ownership);
  agent.register('killOrchestrator', {
    partitions: () =>
      ownership.partitions.map(({ number, lease, batchNo }) => ({ partition: number, epoch: lease.epoch, batchNo })),
    drop: () => ownership.crash(),
  });
}
