import type { InstanceState } from '#libs/engine';
import type { Partition } from '../partitions/partition.js';
import { stepKeyOf } from '../dispatch/work-index.js';

const firstWaitMs = 250;
const waitAtMostMs = 5_000;

/**
 * A step whose worker did not run it looks for another: at once when that one is gone or drains, else after a while that doubles, since it was
 * fuller than we thought. Until then it is nobody's, and nobody has lost it.
 */
export function placeAgain(partition: Partition, state: InstanceState, path: string, delivery: number): void {
  const { work, services } = partition;
  const { workers } = services;
  const { token, worker } = state.step(path);
  const isThere = worker !== undefined && workers.isPlaceable(worker);
  if (isThere) workers.loads.rest(worker.id, performance.now());
  const queued = work.rest(state, path, delivery + 1);
  if (queued === undefined) return;
  const back = (): void => {
    const sent = work.sent.get(stepKeyOf(state.id, token!));
    if (sent?.isResting !== true) return; // it has ended
    if (sent.isCancelling === true) return void (sent.isResting = false); // nobody has it, as will be judged
    work.backlog.push(queued);
    partition.nudge();
  };
  if (isThere) setTimeout(back, Math.min(waitAtMostMs, firstWaitMs * 2 ** Math.min(delivery - 1, 8)));
  else back();
}
