import { chooseWorker, mayTakeAny, slotsOf, type LoadedWorker, type WorkerRef } from '#libs/engine';
import type { QueuedStep } from '../dispatch/backlog.js';
import { isPlacedLane } from './placed-lane.js';

/** Steps bound to one worker that may now leave the backlog; all of them have been sent as often. */
export interface BoundDispatch {
  readonly incarnation: 0;
  readonly worker: WorkerRef;
  readonly delivery?: number;
  readonly steps: readonly QueuedStep[];
}

/** What limits of queues and tasks still let out. */
interface Budget {
  take(step: QueuedStep): boolean;
}

interface Pick {
  readonly workers: () => readonly LoadedWorker[];
  readonly budget: Budget;
  /** Where among the lists to begin; grows, so that none is always the last. */
  readonly turn: number;
  readonly limit: number;
}

interface Backlog {
  readonly hasPlaced: boolean;
  laneNames(): string[];
  peek(lane: string, limit: number): QueuedStep[];
}

/** Steps of one list looked at before the others have had their turn. */
const atOnce = 16;

/**
 * Finds workers for steps that ask something of theirs: lists of higher priority first, the others in turn, one step a turn, so that what waits for
 * a busy worker holds up nothing else.
 */
export function pickPlaced(backlog: Backlog, { workers, budget, turn, limit }: Pick): BoundDispatch[] {
  if (!backlog.hasPlaced || limit <= 0) return [];
  const loads = workers().map((one) => ({ ...one }));
  if (!loads.some(mayTakeAny)) return [];
  const lanes = backlog.laneNames().filter(isPlacedLane);
  const first = turn % lanes.length;
  let open = [...lanes.slice(first), ...lanes.slice(0, first)]
    .map((lane) => backlog.peek(lane, Math.min(limit, atOnce)))
    .sort((a, b) => b[0]!.priority - a[0]!.priority);
  const picked = new Map<string, { worker: WorkerRef; delivery?: number; steps: QueuedStep[] }>();
  let left = limit;
  for (let round = 0; open.length > 0 && left > 0; round += 1) {
    open = open.filter((steps) => {
      const step = steps[round];
      if (step === undefined || left <= 0) return false;
      const one = chooseWorker(loads, step, step.placement!, `${step.instanceId}/${step.token}`);
      if (one === undefined || (step.delivery === undefined && !budget.take(step))) return false; // sent before: it has its slot
      left -= 1;
      take(one as Writable<LoadedWorker>, step);
      const { id, session } = one.worker;
      const key = `${id}/${step.delivery ?? 1}`;
      const group = picked.get(key) ?? { worker: { id, session }, delivery: step.delivery, steps: [] };
      group.steps.push(step);
      picked.set(key, group);
      return true;
    });
  }
  return [...picked.values()].map((group) => ({ incarnation: 0, ...group }));
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function take(one: Writable<LoadedWorker>, { placement }: QueuedStep): void {
  one.slots += slotsOf(placement);
  one.memory += placement?.memory ?? 0;
  one.waiting += 1;
}
