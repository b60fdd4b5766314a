/** What a step asks of the worker it runs on, evaluated and recorded when it is scheduled. A step without any of it may run anywhere. */
export interface Placement {
  /** Steps with the same value run on the same worker, as long as it is there. */
  readonly affinity?: string;
  /** Labels the worker must have, with these values. */
  readonly requires?: Readonly<Record<string, string>>;
  /** Bytes the worker must have free. */
  readonly memory?: number;
  /** Of the worker's slots it takes, ≥ 2; absent: one. */
  readonly slots?: number;
}

/** A worker and its present connection: what is bound to it goes with that. */
export interface WorkerRef {
  readonly id: string;
  readonly session: string;
}

/** What must be known of a worker to bind a step to it; an announcement says all of it. */
export interface PlaceableWorker extends WorkerRef {
  readonly status: 'active' | 'draining' | 'stopped';
  readonly labels: Readonly<Record<string, string>>;
  readonly handlers: readonly { readonly queue: string; readonly task: string; readonly concurrency: number }[];
  /** Slots in all. */
  readonly concurrency: number;
  /** Bytes; absent: it does not say, and counts as having none to spare. */
  readonly memory?: { readonly total: number; readonly free: number };
}

export const slotsOf = (placement: Placement | undefined): number => placement?.slots ?? 1;

/** Slots a worker gives to this task of this queue; 0: it does not serve it. */
export function slotsFor(worker: Pick<PlaceableWorker, 'handlers' | 'concurrency'>, queue: string, task: string): number {
  const handler = worker.handlers.find((one) => one.queue === queue && one.task === task);
  return handler === undefined ? 0 : Math.min(handler.concurrency, worker.concurrency);
}

/** Could it run the step, were it idle? */
export function couldRun(worker: PlaceableWorker, queue: string, task: string, placement: Placement): boolean {
  return (
    worker.status === 'active' &&
    slotsFor(worker, queue, task) >= slotsOf(placement) &&
    hasLabels(worker, placement) &&
    (placement.memory === undefined || (worker.memory?.total ?? 0) >= placement.memory)
  );
}

export const hasLabels = ({ labels }: PlaceableWorker, { requires = {} }: Placement): boolean =>
  Object.entries(requires).every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value);
