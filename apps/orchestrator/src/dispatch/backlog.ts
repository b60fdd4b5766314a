import type { InstanceId } from '#libs/engine';

/** A scheduled step that has not been sent yet: its queue has as much work as its window holds. */
export interface QueuedStep {
  readonly instanceId: InstanceId;
  readonly path: string;
  readonly token: number;
  readonly queue: string;
  readonly task: string;
  readonly lane: string;
  readonly priority: number;
  /** Epoch ms of its scheduling. */
  readonly at: number;
}

/** Ordered backlog of one partition: per lane by priority (higher first), then first in, first out. A Map keeps insertion order. */
export class Backlog {
  private readonly lanes = new Map<string, Map<number, Map<string, QueuedStep>>>();
  private readonly places = new Map<string, QueuedStep>();

  get size(): number {
    return this.places.size;
  }

  push(step: QueuedStep): void {
    const key = keyOf(step.instanceId, step.token);
    const lane = getOrCreate(this.lanes, step.lane, () => new Map<number, Map<string, QueuedStep>>());
    getOrCreate(lane, step.priority, () => new Map<string, QueuedStep>()).set(key, step);
    this.places.set(key, step);
  }

  has(instanceId: InstanceId, token: number): boolean {
    return this.places.has(keyOf(instanceId, token));
  }

  /** @returns whether it was there */
  remove(instanceId: InstanceId, token: number): boolean {
    const key = keyOf(instanceId, token);
    const step = this.places.get(key);
    if (step === undefined) return false;
    this.places.delete(key);
    const lane = this.lanes.get(step.lane)!;
    const level = lane.get(step.priority)!;
    level.delete(key);
    if (level.size === 0) lane.delete(step.priority);
    if (lane.size === 0) this.lanes.delete(step.lane);
    return true;
  }

  laneNames(): string[] {
    return [...this.lanes.keys()];
  }

  laneSize(lane: string): number {
    let size = 0;
    for (const level of this.lanes.get(lane)?.values() ?? []) size += level.size;
    return size;
  }

  /** The next steps of a lane, in order, without taking them out: they leave when their dispatch is decided. */
  peek(lane: string, limit: number): QueuedStep[] {
    const levels = this.lanes.get(lane);
    if (levels === undefined || limit <= 0) return [];
    const found: QueuedStep[] = [];
    for (const priority of [...levels.keys()].sort((a, b) => b - a)) {
      for (const step of levels.get(priority)!.values()) {
        if (found.length >= limit) return found;
        found.push(step);
      }
    }
    return found;
  }

  oldestAt(lane: string): number | null {
    let oldest: number | null = null;
    for (const level of this.lanes.get(lane)?.values() ?? []) {
      const [first] = level.values();
      if (first && (oldest === null || first.at < oldest)) oldest = first.at;
    }
    return oldest;
  }
}

const keyOf = (instanceId: string, token: number): string => `${instanceId}/${token}`;

function getOrCreate<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = create()));
  return value;
}
