interface Count {
  inUse: number;
}

/** What of one lane is out; steps hold on to it, so that counting them looks nothing up. */
export class LaneUse {
  /** Commands that no worker has begun. */
  waiting = 0;
  /** Attempts that are out, those that workers have begun among them. */
  sent = 0;

  constructor(
    readonly name: string,
    readonly queue: string,
    readonly task: string,
    private readonly ofQueue: Count,
    private readonly ofTask: Count,
  ) {}

  /** Attempts went out (1), or ended (-1). */
  count(by: number): void {
    this.sent += by;
    this.ofQueue.inUse += by;
    this.ofTask.inUse += by;
  }
}

/** All lanes a partition has had work of, and by queue and by task what their limits count. */
export class LaneUses {
  private readonly lanes = new Map<string, LaneUse>();
  private readonly byTask = new Map<string, Map<string, LaneUse>>();
  private readonly queues = new Map<string, Count>();
  private readonly tasks = new Map<string, Count>();

  get(lane: string): LaneUse | undefined {
    return this.lanes.get(lane);
  }

  values(): Iterable<LaneUse> {
    return this.lanes.values();
  }

  inUse(scope: 'queue' | 'task', name: string): number {
    return (scope === 'queue' ? this.queues : this.tasks).get(name)?.inUse ?? 0;
  }

  of(queue: string, task: string): LaneUse {
    return this.byTask.get(task)?.get(queue) ?? this.add(queue, task);
  }

  private add(queue: string, task: string): LaneUse {
    const name = laneOf(queue, task);
    const lane = new LaneUse(name, queue, task, countOf(this.queues, queue), countOf(this.tasks, task));
    this.lanes.set(name, lane);
    const ofTask = this.byTask.get(task) ?? new Map<string, LaneUse>();
    this.byTask.set(task, ofTask.set(queue, lane));
    return lane;
  }
}

export const laneOf = (queue: string, task: string): string => `${queue}.${task}`;

function countOf(counts: Map<string, Count>, name: string): Count {
  let count = counts.get(name);
  if (count === undefined) counts.set(name, (count = { inUse: 0 }));
  return count;
}
