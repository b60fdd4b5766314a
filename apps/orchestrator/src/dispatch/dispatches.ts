import type { LoadedWorker, WorkerRef } from '#libs/engine';
import { Budget } from '../lanes/budget.js';
import type { Partition } from '../partitions/partition.js';
import { isPlacedLane } from '../placement/placed-lane.js';
import { pickPlaced } from '../placement/pick-placed.js';
import type { QueuedStep } from './backlog.js';
import { laneOf } from './lane-use.js';
import { windowSize } from './window.js';

/** Steps of one lane that may now leave the backlog. */
export interface Dispatch {
  readonly incarnation: number;
  readonly steps: readonly QueuedStep[];
  /** The worker they are bound to; all of them have then been sent as often. */
  readonly worker?: WorkerRef;
  readonly delivery?: number;
}

/** A lane whose window has room, of a queue that is known to exist. */
interface OpenLane {
  readonly first: QueuedStep;
  readonly incarnation: number;
  readonly room: number;
}

/** Commands a lane may still take. */
export function laneRoom({ services, work, runner }: Partition, queue: string, task: string): number {
  const lane = laneOf(queue, task);
  const capacity = services.workers.capacity(queue, task);
  const { partitions, dispatchWindow: ceiling } = services.config;
  const size = windowSize({ capacity, partitions, throughput: runner.throughput(lane), meanMs: runner.meanMs(task), ceiling });
  return size - work.waitingCount(lane);
}

/** The next steps of every lane that has room, in backlog order. A lane whose queue is not known to exist is opened, and the partition nudged. */
export function pickDispatches(partition: Partition, limit: number): Dispatch[] {
  const { work, services, limits } = partition;
  if (work.backlog.size === 0) return [];
  const budget = new Budget(limits, services.clock.nowMs());
  const picked: Dispatch[] = [];
  const limited: OpenLane[] = [];
  let left = limit;
  for (const lane of work.backlog.laneNames()) {
    if (isPlacedLane(lane)) continue;
    const [first] = work.backlog.peek(lane, 1);
    if (first === undefined || left <= 0 || budget.room(first) <= 0) continue;
    const room = laneRoom(partition, first.queue, first.task);
    if (room <= 0) continue;
    const incarnation = services.stepQueues.incarnation(first.queue, first.task);
    if (incarnation === undefined) {
      openLane(partition, first);
      continue;
    }
    if (budget.room(first) !== Infinity) {
      limited.push({ first, incarnation, room });
      continue;
    }
    const steps = work.backlog.peek(lane, Math.min(room, left));
    left -= steps.length;
    picked.push({ incarnation, steps });
  }
  const rest: ((most: number) => Dispatch[])[] = [(most) => pickLimited(partition, limited, budget, most)];
  const workers = (): LoadedWorker[] => services.workers.placeable(performance.now());
  const bound = (most: number): Dispatch[] => pickPlaced(work.backlog, { workers, budget, turn: partition.batchNo, limit: most });
  if (partition.batchNo % 2 === 0) rest.push(bound);
  else rest.unshift(bound); // they may want what the same limits let out
  for (const pick of rest) {
    const found = pick(left);
    left -= found.reduce((sum, { steps }) => sum + steps.length, 0);
    picked.push(...found);
  }
  return picked;
}

interface Turn {
  readonly lane: OpenLane;
  readonly steps: readonly QueuedStep[];
  taken: number;
}

/** Lanes that share a limit share it by priority, and take turns where that is the same: whoever had none for longest comes first. */
function pickLimited({ work, limits }: Partition, lanes: readonly OpenLane[], budget: Budget, limit: number): Dispatch[] {
  const turns = lanes.map((lane): Turn => {
    const most = Math.min(lane.room, limit, budget.room(lane.first));
    return { lane, steps: work.backlog.peek(lane.first.lane, most), taken: 0 };
  });
  let open = turns;
  for (let left = limit; left > 0 && open.length > 0; left -= 1) {
    const next = open.reduce((one, other) => (comesFirst(other, one, limits.turns) ? other : one));
    if (budget.take(next.lane.first)) {
      next.taken += 1;
      limits.turns.note(next.lane.first.lane);
    } else open = open.filter((turn) => turn !== next);
    if (next.taken === next.steps.length) open = open.filter((turn) => turn !== next);
  }
  return turns.flatMap(({ lane, steps, taken }) =>
    taken === 0 ? [] : [{ incarnation: lane.incarnation, steps: steps.slice(0, taken) }],
  );
}

function comesFirst(one: Turn, other: Turn, turns: Partition['limits']['turns']): boolean {
  const [a, b] = [one.steps[one.taken]!, other.steps[other.taken]!];
  return a.priority === b.priority ? turns.of(a.lane) < turns.of(b.lane) : a.priority > b.priority;
}

function openLane(partition: Partition, { queue, task }: QueuedStep): void {
  const { stepQueues, transport } = partition.services;
  if (transport.state !== 'connected') return;
  void stepQueues.ensure(queue, task).then(() => {
    if (stepQueues.incarnation(queue, task) !== undefined) partition.nudge();
  });
}
