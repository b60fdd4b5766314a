import type { AuditEvent, InstanceId, InstanceState, Placement, StepState, WorkerRef } from '#libs/engine';
import type { IntakeMark } from '../partitions/intake.js';
import { placedLane, plainLane } from '../placement/placed-lane.js';
import type { WorkerLoads } from '../placement/worker-loads.js';
import { Backlog, type QueuedStep } from './backlog.js';

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

export type StepFacts = Pick<SentStep, 'instanceId' | 'path' | 'token' | 'queue' | 'task'>;

export interface WorkListener {
  dispatched(step: StepFacts): void;
  ended(step: StepFacts, event: AuditEvent): void;
}

export const stepKeyOf = (instanceId: string, token: number): string => `${instanceId}/${token}`;
export const laneOf = (queue: string, task: string): string => `${queue}.${task}`;

/** All open attempts of one partition, by what happens to them: waiting in the backlog, or sent. Derived from audit events only. */
export class WorkIndex {
  readonly sent = new Map<string, SentStep>();
  readonly backlog = new Backlog();
  private readonly waitingByLane = new Map<string, number>();
  private readonly sentByLane = new Map<string, number>();
  /** By queue and by task: what their limits count. */
  private readonly sentByScope = new Map<string, number>();
  private readonly lanesSeen = new Map<string, { queue: string; task: string }>();
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

  /** Commands that are out and that no worker has begun. */
  waitingCount(lane: string): number {
    return this.waitingByLane.get(lane) ?? 0;
  }

  /** Attempts of a queue, or of a task, that are out. */
  inUse(scope: 'queue' | 'task', name: string): number {
    return this.sentByScope.get(`${scope} ${name}`) ?? 0;
  }

  workOf(id: InstanceId): 'none' | 'queued' | 'sent' {
    const open = this.openByInstance.get(id);
    if (open === undefined) return 'none';
    return open.sent > 0 ? 'sent' : open.queued > 0 ? 'queued' : 'none';
  }

  /** Counters by lane, for people; `sent` has what workers have begun in it. */
  lanes(): { queue: string; task: string; queued: number; sent: number; oldestAt: number | null }[] {
    const lists = Map.groupBy(this.backlog.laneNames(), plainLane);
    return [...this.lanesSeen].map(([lane, { queue, task }]) => {
      const own = lists.get(lane) ?? [];
      const oldest = own.flatMap((list) => this.backlog.oldestAt(list) ?? []);
      return {
        queue,
        task,
        queued: own.reduce((sum, list) => sum + this.backlog.laneSize(list), 0),
        sent: this.sentByLane.get(lane) ?? 0,
        oldestAt: oldest.length === 0 ? null : oldest.reduce((one, other) => Math.min(one, other)),
      };
    });
  }

  /** Takes in what was just decided; `state` has it folded in. `before` gives the token an attempt had. */
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
          const step = { instanceId: id, path, token: event.data.tokens[index]!, queue: own.queue!, task: own.task! };
          const { incarnation, delivery, worker } = event.data;
          this.send(step, incarnation, delivery ?? 1, worker && { worker, placement: own.placement ?? {} });
          if (delivery === undefined) this.listener?.dispatched(step);
        });
        return;
      case 'emitRequested':
        return this.beginEmit(id, event.path!, event.seq);
      case 'stepClaimed': {
        const step = this.sent.get(stepKeyOf(id, event.data.token));
        if (step) this.claim(step, event.data.claimant);
        return;
      }
      case 'stepCancelling': {
        const step = this.sent.get(stepKeyOf(id, event.data.token));
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

  private end(id: InstanceId, token: number, event: AuditEvent): void {
    const step = this.sent.get(stepKeyOf(id, token));
    this.close(id, token);
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
      if (own.token === undefined || this.sent.has(stepKeyOf(state.id, own.token)) || this.backlog.has(state.id, own.token))
        continue;
      const step = { instanceId: state.id, path, token: own.token, queue: own.queue!, task: own.task! };
      if (own.incarnation === undefined && own.claimant === undefined)
        this.enqueue(state, step, { priority: own.priority ?? 0, at: own.scheduledAt ?? 0, placement: own.placement });
      else {
        this.send(step, own.incarnation ?? 0, own.delivery ?? 1, bindingOf(own));
        const sent = this.sent.get(stepKeyOf(state.id, own.token))!;
        if (own.claimant !== undefined) this.claim(sent, own.claimant);
        if (own.status === 'cancelling') sent.isCancelling = true;
      }
    }
  }

  private enqueue(state: InstanceState, step: StepFacts, how: Queueing): void {
    this.see(step);
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
    const sent = this.sent.get(key);
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
    const known = this.sent.get(key);
    if (binding) this.loads?.bind(this, key, binding.worker, binding.placement);
    if (known !== undefined) {
      if (known.isResting === true) this.backlog.remove(step.instanceId, step.token);
      const sentAt = this.monotonicMs();
      Object.assign(known, { incarnation, delivery, sentAt, suspectSince: undefined, worker: binding?.worker, isResting: false });
      this.setWaiting(known, known.claimant === undefined);
      return;
    }
    const wasQueued = this.backlog.remove(step.instanceId, step.token);
    const sent: SentStep = { ...step, incarnation, delivery, sentAt: this.monotonicMs(), isWaiting: false };
    if (binding) sent.worker = binding.worker;
    this.sent.set(key, sent);
    this.see(step);
    this.countSent(step, 1);
    this.setWaiting(sent, true);
    this.count(step.instanceId, 1, wasQueued ? -1 : 0);
  }

  /** A step that could not be dispatched: it is not open any more, or it was sent before and is still out as far as the log tells. */
  leaveBacklog(instanceId: InstanceId, token: number): void {
    const sent = this.sent.get(stepKeyOf(instanceId, token));
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
    const step = this.sent.get(stepKeyOf(instanceId, token));
    if (step === undefined || !step.isWaiting) return false;
    this.setWaiting(step, false);
    return true;
  }

  private claim(step: SentStep, claimant: string): void {
    this.setWaiting(step, false);
    step.claimant = claimant;
  }

  private setWaiting(step: SentStep, isWaiting: boolean): void {
    if (step.isWaiting === isWaiting) return;
    step.isWaiting = isWaiting;
    if (!isWaiting) this.loads?.begin(stepKeyOf(step.instanceId, step.token));
    if (step.worker !== undefined) return; // it takes up room at its worker, not in the queue all share
    const lane = laneOf(step.queue, step.task);
    this.waitingByLane.set(lane, this.waitingCount(lane) + (isWaiting ? 1 : -1));
  }

  private countSent({ queue, task }: StepFacts, by: number): void {
    addTo(this.sentByLane, laneOf(queue, task), by);
    addTo(this.sentByScope, `queue ${queue}`, by);
    addTo(this.sentByScope, `task ${task}`, by);
  }

  private close(instanceId: InstanceId, token: number): void {
    const key = stepKeyOf(instanceId, token);
    const step = this.sent.get(key);
    if (step !== undefined) {
      this.sent.delete(key);
      this.setWaiting(step, false);
      this.loads?.release(key);
      if (step.isResting === true) this.backlog.remove(instanceId, token);
      this.countSent(step, -1);
      this.count(instanceId, -1, 0);
    } else if (this.backlog.remove(instanceId, token)) this.count(instanceId, 0, -1);
  }

  private see({ queue, task }: { queue: string; task: string }): void {
    const lane = laneOf(queue, task);
    if (!this.lanesSeen.has(lane)) this.lanesSeen.set(lane, { queue, task });
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

const addTo = (counts: Map<string, number>, key: string, by: number): void => void counts.set(key, (counts.get(key) ?? 0) + by);

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
