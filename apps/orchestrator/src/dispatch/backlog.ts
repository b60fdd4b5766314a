import type { InstanceId, Placement } from '#libs/engine';
import { LinkedList, type ListNode } from './linked-list.js';

/** A scheduled step that has not been sent yet: its queue has as much work as its window holds, or a limit is reached. */
export interface QueuedStep {
  readonly instanceId: InstanceId;
  readonly path: string;
  readonly token: number;
  readonly queue: string;
  readonly task: string;
  readonly lane: string;
  readonly priority: number;
  /** Steps of one key take turns with those of others: the definition, and its concurrency key where it has one. */
  readonly key: string;
  /** Epoch ms of its scheduling. */
  readonly at: number;
  /** What it asks of its worker. */
  readonly placement?: Placement;
  /** Sent before, to a worker that did not run it: how often it will then have been sent. */
  readonly delivery?: number;
}

/** Steps of one key, first in, first out. */
interface Group {
  readonly key: string;
  readonly steps: LinkedList<QueuedStep>;
}

/** Steps of one priority: their keys in the order of their turns. */
interface Level {
  readonly groups: Map<string, ListNode<Group>>;
  readonly turns: LinkedList<Group>;
}

interface Lane {
  readonly levels: Map<number, Level>;
  size: number;
}

interface Place {
  readonly node: ListNode<QueuedStep>;
  readonly group: ListNode<Group>;
}

/**
 * Ordered backlog of one partition: per lane by priority (higher first), then the keys in turn, of each first in, first out. So a key with
 * 100,000 waiting delays another by one step a turn. Every step costs the same, however many wait.
 */
export class Backlog {
  private readonly lanes = new Map<string, Lane>();
  private readonly places = new Map<string, Place>();
  private readonly sizes = new Map<string, number>();

  private placed = 0;

  get size(): number {
    return this.places.size;
  }

  /** Do steps wait that ask something of their worker? */
  get hasPlaced(): boolean {
    return this.placed > 0;
  }

  push(step: QueuedStep): void {
    const lane = getOrCreate(this.lanes, step.lane, (): Lane => ({ levels: new Map(), size: 0 }));
    const level = getOrCreate(lane.levels, step.priority, (): Level => ({ groups: new Map(), turns: new LinkedList() }));
    const group = getOrCreate(level.groups, step.key, () => level.turns.add({ key: step.key, steps: new LinkedList() }));
    this.places.set(keyOf(step.instanceId, step.token), { node: group.value.steps.add(step), group });
    lane.size += 1;
    this.count(step, 1);
    if (step.placement !== undefined) this.placed += 1;
  }

  has(instanceId: InstanceId, token: number): boolean {
    return this.places.has(keyOf(instanceId, token));
  }

  get(instanceId: InstanceId, token: number): QueuedStep | undefined {
    return this.places.get(keyOf(instanceId, token))?.node.value;
  }

  /** The key whose next step leaves goes to the end of the turns. @returns whether it was there */
  remove(instanceId: InstanceId, token: number): boolean {
    if (this.places.size === 0) return false;
    const key = keyOf(instanceId, token);
    const place = this.places.get(key);
    if (place === undefined) return false;
    this.places.delete(key);
    const { node, group } = place;
    const step = node.value;
    if (step.placement !== undefined) this.placed -= 1;
    const lane = this.lanes.get(step.lane)!;
    const level = lane.levels.get(step.priority)!;
    const { steps } = group.value;
    const wasNext = steps.first === node;
    steps.remove(node);
    if (steps.first === undefined) {
      level.turns.remove(group);
      level.groups.delete(step.key);
    } else if (wasNext) level.turns.moveToEnd(group);
    if (level.groups.size === 0) lane.levels.delete(step.priority);
    lane.size -= 1;
    if (lane.size === 0) this.lanes.delete(step.lane);
    this.count(step, -1);
    return true;
  }

  laneNames(): string[] {
    return [...this.lanes.keys()];
  }

  laneSize(lane: string): number {
    return this.lanes.get(lane)?.size ?? 0;
  }

  /** Steps of a queue, or of a task, in whatever lane. */
  sizeOf(scope: 'queue' | 'task', name: string): number {
    return this.sizes.get(`${scope} ${name}`) ?? 0;
  }

  /** The next steps of a lane, in order, without taking them out: they leave when their dispatch is decided. */
  peek(lane: string, limit: number): QueuedStep[] {
    const found: QueuedStep[] = [];
    if (limit <= 0) return found;
    const levels = this.lanes.get(lane)?.levels;
    if (levels === undefined) return found;
    for (const priority of [...levels.keys()].sort((a, b) => b - a)) {
      for (const step of inTurn(levels.get(priority)!)) {
        found.push(step);
        if (found.length >= limit) return found;
      }
    }
    return found;
  }

  oldestAt(lane: string): number | null {
    let oldest: number | null = null;
    for (const { turns } of this.lanes.get(lane)?.levels.values() ?? []) {
      for (let group = turns.first; group !== undefined; group = group.after) {
        const { at } = group.value.steps.first!.value;
        if (oldest === null || at < oldest) oldest = at;
      }
    }
    return oldest;
  }

  private count({ queue, task }: QueuedStep, by: number): void {
    for (const key of [`queue ${queue}`, `task ${task}`]) {
      const size = (this.sizes.get(key) ?? 0) + by;
      if (size === 0) this.sizes.delete(key);
      else this.sizes.set(key, size);
    }
  }
}

/** One step of each key, then the next of each; what is not asked for costs nothing. */
function* inTurn({ turns }: Level): Generator<QueuedStep> {
  let next: ListNode<QueuedStep>[] = [];
  for (let group = turns.first; group !== undefined; group = group.after) {
    const step = group.value.steps.first!;
    yield step.value;
    if (step.after !== undefined) next.push(step.after);
  }
  while (next.length > 0) {
    const round = next;
    next = [];
    for (const step of round) {
      yield step.value;
      if (step.after !== undefined) next.push(step.after);
    }
  }
}

const keyOf = (instanceId: string, token: number): string => `${instanceId}/${token}`;

function getOrCreate<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = create()));
  return value;
}
