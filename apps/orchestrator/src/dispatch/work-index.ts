import type { AuditEvent, InstanceId, InstanceState, Placement, StepState, WorkerRef } from '#libs/engine';
import type { IntakeMark } from '../partitions/intake.js';
import { placedLane, plainLane } from '../placement/placed-lane.js';
import type { WorkerLoads } from '../placement/worker-loads.js';
import { Backlog, type QueuedStep } from './backlog.js';
import { laneOf, type LaneUse, LaneUses } from './lane-use.js';

/** A command that is out: in the broker, in a worker, or lost on the way. */
export interface SentStep {
  readonly instanceId: InstanceId;
  readonly path: string;
  readonly token: number;
  readonly queue: string;
  readonly task: string;
  incarnation: number;
  delivery: number;
  /** Monotonic ms of the last sending. */
  sentAt: number;
  claimant?: string;
  /** Waits for a worker: takes up room in its lane's window. False once a worker has begun or claimed it. */
  isWaiting: boolean;
  isCancelling?: boolean;
  /** The worker it was bound to. */
  worker?: WorkerRef;
  /** Its worker did not run it: it waits to be bound to another. */
  isResting?: boolean;
  /** Monotonic ms since when nobody has been seen to hold it. */
  suspectSince?: number;
  /** What had been sent to us when it became suspect. */
  suspectMark?: IntakeMark;
}

/** A step that is out, and what it counts in. */
type OutStep = SentStep & { readonly lane: LaneUse };

export type StepFacts = Pick<SentStep, 'instanceId' | 'path' | 'token' | 'queue' | 'task'>;

export interface WorkListener {
  dispatched(step: StepFacts): void;
  ended(step: StepFacts, event: AuditEvent): void;
}

export const stepKeyOf = (instanceId: string, token: number): string => `${instanceId}/${token}`;

/** All open attempts of one partition, by what happens to them: waiting in the backlog, or sent. Derived from audit events only. */
export class WorkIndex {
  private readonly out = new Map<string, OutStep>();
  readonly backlog = new Backlog();
  private readonly use = new LaneUses();
  private readonly openByInstance = new Map<InstanceId, { sent: number; queued: number }>();

  /** Open `emit` steps, by instance and path: a new owner must find them again, as it does what workers have. */
  private readonly emits = new Map<string, number>();

  /** Hears of each attempt as it is decided: that it is sent for the first time, and that one that was out has ended. */
  listener: WorkListener | undefined;

  /** @param loads told of what is bound to workers */
  constructor(
    private readonly monotonicMs: () => number,
    private readonly loads?: WorkerLoads,
  ) {}

  get sent(): ReadonlyMap<string, SentStep> {
    return this.out;
  }

  /** Commands that are out and that no worker has begun. */
  waitingCount(lane: string): number {
    return this.use.get(lane)?.waiting ?? 0;
  }

  /** Attempts of a queue, or of a task, that are out. */
  inUse(scope: 'queue' | 'task', name: string): number {
    return this.use.inUse(scope, name);
  }

  workOf(id: InstanceId): 'none' | 'queued' | 'sent' {
    const open = this.openByInstance.get(id);
    if (open === undefined) return 'none';
    return open.sent > 0 ? 'sent' : open.queued > 0 ? 'queued' : 'none';
  }

  /** Counters by lane, for people; `sent` has what workers have begun in it. */
  lanes(): { queue: string; task: string; queued: number; sent: number; oldestAt: number | null }[] {
    const lists = Map.groupBy(this.backlog.laneNames(), plainLane);
    return [...this.use.values()].map(({ name: lane, queue, task, sent }) => {
      const own = lists.get(lane) ?? [];
      const oldest = own.flatMap((list) => this.backlog.oldestAt(list) ?? []);
      return {
        queue,
        task,
        queued: own.reduce((sum, list) => sum + this.backlog.laneSize(list), 0),
        sent,
        oldestAt: oldest.length === 0 ? null : oldest.reduce((one, other) => Math.min(one, other)),
      };
    });
  }

  /** Takes in what was just decided; `state` has it folded in, and whatever was decided with it. `before` gives the token an attempt had. */
  note(state: InstanceState, event: AuditEvent): void {
    const { id } = state;
    if (this.emits.size > 0 && endsStep(event)) this.endEmit(id, event.path!);
    switch (event.type) {
      case 'stepScheduled': {
        const { queue, task, priority, incarnation, placement } = event.data;
        const step = { instanceId: id, path: event.path!, token: event.seq, queue, task };
        if (incarnation === undefined) return this.enqueue(state, step, { priority, at: event.at, placement });
        this.send(step, incarnation, 1);
        this.listener?.dispatched(step);
        return;
      }
      case 'stepsDispatched':
        event.data.paths.forEach((path, index) => {
          const own = state.step(path);
          const token = event.data.tokens[index]!;
          const { queue, task } = this.factsOf(id, token) ?? own; // the state may have forgotten it with its list by now
          const step = { instanceId: id, path, token, queue: queue!, task: task! };
          const { incarnation, delivery, worker } = event.data;
          this.send(step, incarnation, delivery ?? 1, worker && { worker, placement: own.placement ?? {} });
          if (delivery === undefined) this.listener?.dispatched(step);
        });
        return;
      case 'emitRequested':
        return this.beginEmit(id, event.path!, event.seq);
      case 'stepClaimed': {
        const step = this.out.get(stepKeyOf(id, event.data.token));
        if (step) this.claim(step, event.data.claimant);
        return;
      }
      case 'stepCancelling': {
        const step = this.out.get(stepKeyOf(id, event.data.token));
        if (step) step.isCancelling = true;
        return;
      }
      case 'stepCompleted':
      case 'stepFailed':
      case 'stepRetryScheduled':
      case 'stepSkipped':
      case 'stepCancelled':
        if (event.data.token !== undefined) this.end(id, event.data.token, event);
        return;
      default:
        return;
    }
  }

  private factsOf(id: InstanceId, token: number): Pick<StepFacts, 'queue' | 'task'> | undefined {
    return this.out.get(stepKeyOf(id, token)) ?? this.backlog.get(id, token);
  }

  private end(id: InstanceId, token: number, event: AuditEvent): void {
    const step = this.close(id, token);
    if (step !== undefined) this.listener?.ended(step, event);
  }

  /** Whether an `emit` step still waits for what it asked for. */
  isEmitting(id: InstanceId, path: string, token: number): boolean {
    return this.emits.get(`${id}/${path}`) === token;
  }

  private beginEmit(id: InstanceId, path: string, token: number): void {
    if (!this.emits.has(`${id}/${path}`)) this.count(id, 1, 0);
    this.emits.set(`${id}/${path}`, token);
  }

  private endEmit(id: InstanceId, path: string): void {
    if (this.emits.delete(`${id}/${path}`)) this.count(id, -1, 0);
  }

  /** Takes in the open steps of an instance that was loaded from the store. */
  adopt(state: InstanceState): void {
    for (const path of state.open.keys()) {
      const own = state.step(path);
      if (own.wait?.kind === 'emit' && own.token !== undefined) this.beginEmit(state.id, path, own.token);
      if (own.task === undefined || own.status === 'waiting') continue; // a wait is nobody's work
      if (own.token === undefined || this.out.has(stepKeyOf(state.id, own.token)) || this.backlog.has(state.id, own.token))
        continue;
      const step = { instanceId: state.id, path, token: own.token, queue: own.queue!, task: own.task! };
      if (own.incarnation === undefined && own.claimant === undefined)
        this.enqueue(state, step, { priority: own.priority ?? 0, at: own.scheduledAt ?? 0, placement: own.placement });
      else {
        this.send(step, own.incarnation ?? 0, own.delivery ?? 1, bindingOf(own));
        const sent = this.out.get(stepKeyOf(state.id, own.token))!;
        if (own.claimant !== undefined) this.claim(sent, own.claimant);
        if (own.status === 'cancelling') sent.isCancelling = true;
      }
    }
  }

  private enqueue(state: InstanceState, step: StepFacts, how: Queueing): void {
    this.use.of(step.queue, step.task); // counted from now on
    this.backlog.push(queuedOf(state, step, how));
    this.count(step.instanceId, 0, 1);
  }

  /**
   * The worker of a bound step did not run it. It stays among those that are out, which is what the log says of it.
   * @returns it as it goes back into the backlog; undefined when it is not out, or rests already
   */
  rest(state: InstanceState, path: string, delivery: number): QueuedStep | undefined {
    const own = state.step(path);
    const key = stepKeyOf(state.id, own.token ?? 0);
    const sent = this.out.get(key);
    if (sent === undefined || sent.isResting === true || sent.claimant !== undefined) return undefined;
    sent.isResting = true;
    this.loads?.release(key);
    const { instanceId, token, queue, task } = sent;
    const step = { instanceId, path, token, queue, task };
    const { priority = 0, scheduledAt = 0, placement } = own;
    return { ...queuedOf(state, step, { priority, at: scheduledAt, placement }), delivery };
  }

  private send(step: StepFacts, incarnation: number, delivery: number, binding?: Binding): void {
    const key = stepKeyOf(step.instanceId, step.token);
    const known = this.out.get(key);
    if (binding) this.loads?.bind(this, key, binding.worker, binding.placement);
    else if (known?.worker !== undefined) this.loads?.release(key);
    if (known !== undefined) {
      if (known.isResting === true) this.backlog.remove(step.instanceId, step.token);
      const sentAt = this.monotonicMs();
      Object.assign(known, { incarnation, delivery, sentAt, suspectSince: undefined, worker: binding?.worker, isResting: false });
      this.setWaiting(known, known.claimant === undefined);
      return;
    }
    const wasQueued = this.backlog.remove(step.instanceId, step.token);
    const { instanceId, path, token, queue, task } = step;
    const lane = this.use.of(queue, task);
    const sentAt = this.monotonicMs();
    const sent: OutStep = { instanceId, path, token, queue, task, lane, incarnation, delivery, sentAt, isWaiting: false };
    if (binding) sent.worker = binding.worker;
    this.out.set(key, sent);
    lane.count(1);
    this.setWaiting(sent, true);
    this.count(instanceId, 1, wasQueued ? -1 : 0);
  }

  /** A step that could not be dispatched: it is not open any more, or it was sent before and is still out as far as the log tells. */
  leaveBacklog(instanceId: InstanceId, token: number): void {
    const sent = this.out.get(stepKeyOf(instanceId, token));
    if (sent === undefined) return this.forget(instanceId, token);
    sent.isResting = false;
    this.backlog.remove(instanceId, token);
  }

  /** An entry that no longer stands for an open attempt. */
  forget(instanceId: InstanceId, token: number): void {
    this.close(instanceId, token);
  }

  /** A worker has begun it, so it no longer takes up room. @returns whether that made room */
  begin(instanceId: string, token: number): boolean {
    const step = this.out.get(stepKeyOf(instanceId, token));
    if (step === undefined || !step.isWaiting) return false;
    this.setWaiting(step, false);
    return true;
  }

  private claim(step: OutStep, claimant: string): void {
    this.setWaiting(step, false);
    step.claimant = claimant;
  }

  private setWaiting(step: OutStep, isWaiting: boolean): void {
    if (step.isWaiting === isWaiting) return;
    step.isWaiting = isWaiting;
    if (step.worker === undefined) step.lane.waiting += isWaiting ? 1 : -1;
    // A bound one takes up room at its worker, not in the queue all share.
    else if (!isWaiting) this.loads?.begin(stepKeyOf(step.instanceId, step.token));
  }

  /** @returns it, when it was out */
  private close(instanceId: InstanceId, token: number): SentStep | undefined {
    const key = stepKeyOf(instanceId, token);
    const step = this.out.get(key);
    if (step === undefined) {
      if (this.backlog.remove(instanceId, token)) this.count(instanceId, 0, -1);
      return undefined;
    }
    this.out.delete(key);
    this.setWaiting(step, false);
    if (step.worker !== undefined) this.loads?.release(key);
    if (step.isResting === true) this.backlog.remove(instanceId, token);
    step.lane.count(-1);
    this.count(instanceId, -1, 0);
    return step;
  }

  private count(id: InstanceId, sent: number, queued: number): void {
    const open = this.openByInstance.get(id) ?? { sent: 0, queued: 0 };
    open.sent += sent;
    open.queued += queued;
    if (open.sent <= 0 && open.queued <= 0) this.openByInstance.delete(id);
    else this.openByInstance.set(id, open);
  }
}

/** Whose turn a step takes up: one definition, or key of one, with much to do delays the others by a step a turn. */
const fairKeyOf = ({ definition, slot }: InstanceState): string =>
  slot === undefined ? definition : `${definition} ${slot.key}`;

interface Binding {
  readonly worker: WorkerRef;
  readonly placement: Placement;
}

const bindingOf = ({ worker, placement }: StepState): Binding | undefined => worker && { worker, placement: placement ?? {} };

interface Queueing {
  readonly priority: number;
  readonly at: number;
  readonly placement: Placement | undefined;
}

function queuedOf(state: InstanceState, step: StepFacts, { priority, at, placement }: Queueing): QueuedStep {
  const lane = laneOf(step.queue, step.task);
  const queued = { ...step, lane, priority, key: fairKeyOf(state), at };
  return placement ? { ...queued, lane: placedLane(lane, placement), placement } : queued;
}

const endsStep = ({ type }: AuditEvent): boolean =>
  type === 'stepCompleted' || type === 'stepFailed' || type === 'stepSkipped' || type === 'stepCancelled';
