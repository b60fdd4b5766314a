import { couldRun, slotsFor, slotsOf, type PlaceableWorker, type Placement } from './placement.js';
import { affinityBucket, knownWeightOf, rendezvous, weightOf } from './rendezvous.js';

/** A worker and what is known of its use. */
export interface LoadedWorker {
  readonly worker: PlaceableWorker;
  /** Slots in use, what is on its way to it included. */
  readonly slots: number;
  /** Bytes in use, likewise. */
  readonly memory: number;
  /** Steps sent to it that it has not begun, as far as the sender knows. */
  readonly waiting: number;
  /** It has just handed a step back: it is fuller than it looked. */
  readonly isResting: boolean;
}

/** Steps that may wait at a worker for each of its slots, and in all, when they cannot run anywhere else: enough to bridge a round to their owner. */
const waitingPerSlot = 8;
const waitingAtMost = 1_000;

/**
 * The worker a step is bound to now; undefined: leave it in the backlog. With `affinity` the one that has its value, while few wait there; else
 * the fitting worker with the least in use. When all of them are in use, one step is sent on the chance that a slot is free sooner than
 * we hear of it: the worker hands it back when not.
 * @param tie settles between equals, so that steps spread: any text of the step's own
 */
export function chooseWorker(
  workers: readonly LoadedWorker[],
  { queue, task }: { readonly queue: string; readonly task: string },
  placement: Placement,
  tie: string,
): LoadedWorker | undefined {
  const fitting = workers.filter(({ worker }) => couldRun(worker, queue, task, placement));
  if (placement.affinity !== undefined) {
    const place = affinePlace(
      placement.affinity,
      fitting.map(({ worker }) => worker.id),
    );
    const one = fitting.find(({ worker }) => worker.id === place);
    return one !== undefined && one.waiting < mayWait(slotsFor(one.worker, queue, task)) ? one : undefined;
  }
  const free = fitting.filter((one) => hasRoom(one, placement));
  return leastInUse(free.length > 0 ? free : fitting.filter(mayHaveRoom), tie);
}

/** Where the steps of an affinity value go; everybody who knows of the same workers says the same. */
export const affinePlace = (affinity: string, workerIds: readonly string[]): string | undefined =>
  rendezvous(String(affinityBucket(affinity)), workerIds, knownWeightOf);

/** Cheap: false when no step at all would be given to it now, whatever it asks for. */
export const mayTakeAny = (one: LoadedWorker): boolean =>
  one.slots < one.worker.concurrency || one.waiting < mayWait(one.worker.concurrency);

const mayWait = (slots: number): number => Math.min(waitingAtMost, waitingPerSlot * slots);

const hasRoom = ({ worker, slots, memory }: LoadedWorker, placement: Placement): boolean =>
  slots + slotsOf(placement) <= worker.concurrency &&
  (placement.memory === undefined || memory + placement.memory <= (worker.memory?.total ?? 0));

const mayHaveRoom = ({ waiting, isResting }: LoadedWorker): boolean => waiting === 0 && !isResting;

function leastInUse(workers: readonly LoadedWorker[], tie: string): LoadedWorker | undefined {
  let best: LoadedWorker | undefined;
  for (const one of workers) {
    const isBetter =
      best === undefined ||
      shareOf(one) < shareOf(best) ||
      (shareOf(one) === shareOf(best) && weightOf(tie, one.worker.id) > weightOf(tie, best.worker.id));
    if (isBetter) best = one;
  }
  return best;
}

const shareOf = ({ worker, slots }: LoadedWorker): number => slots / worker.concurrency;
