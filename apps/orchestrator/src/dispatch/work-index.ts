import type { AuditEvent, InstanceId, InstanceState } from '#libs/engine';
import type { IntakeMark } from '../partitions/intake.js';
import { Backlog } from './backlog.js';

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
  /** Monotonic ms since when nobody has been seen to hold it. */
  suspectSince?: number;
  /** What had been sent to us when it became suspect. */
  suspectMark?: IntakeMark;
}

type StepFacts = Pick<SentStep, 'instanceId' | 'path' | 'token' | 'queue' | 'task'>;

export const stepKeyOf = (instanceId: string, token: number): string => `${instanceId}/${token}`;
export const laneOf = (queue: string, task: string): string => `${queue}.${task}`;

/** All open attempts of one partition, by what happens to them: waiting in the backlog, or sent. Derived from audit events only. */
export class WorkIndex {
  readonly sent = new Map<string, SentStep>();
  readonly backlog = new Backlog();
  private readonly waitingByLane = new Map<string, number>();
  private readonly sentByLane = new Map<string, number>();
  private readonly lanesSeen = new Map<string, { queue: string; task: string }>();
  private readonly openByInstance = new Map<InstanceId, { sent: number; queued: number }>();

  /** Open `emit` steps, by instance and path: a new owner must find them again, as it does what workers have. */
  private readonly emits = new Map<string, number>();

  constructor(private readonly monotonicMs: () => number) {}

  /** Commands that are out and that no worker has begun. */
  waitingCount(lane: string): number {
    return this.waitingByLane.get(lane) ?? 0;
  }

  workOf(id: InstanceId): 'none' | 'queued' | 'sent' {
    const open = this.openByInstance.get(id);
    if (open === undefined) return 'none';
    return open.sent > 0 ? 'sent' : open.queued > 0 ? 'queued' : 'none';
  }

  /** Counters by lane, for people; `sent` has what workers have begun in it. */
  lanes(): { queue: string; task: string; queued: number; sent: number; oldestAt: number | null }[] {
    return [...this.lanesSeen].map(([lane, { queue, task }]) => ({
      queue,
      task,
      queued: this.backlog.laneSize(lane),
      sent: this.sentByLane.get(lane) ?? 0,
      oldestAt: this.backlog.oldestAt(lane),
    }));
  }

  /** Takes in what was just decided; `state` has it folded in. `before` gives the token an attempt had. */
  note(state: InstanceState, event: AuditEvent): void {
    const { id } = state;
    if (this.emits.size > 0 && endsStep(event)) this.endEmit(id, event.path!);
    switch (event.type) {
      case 'stepScheduled': {
        const { queue, task, priority, incarnation } = event.data;
        const step = { instanceId: id, path: event.path!, token: event.seq, queue, task };
        if (incarnation === undefined) this.enqueue(step, priority, event.at);
        else this.send(step, incarnation, 1);
        return;
      }
      case 'stepsDispatched':
        event.data.paths.forEach((path, index) => {
          const own = state.step(path);
          this.send(
            { instanceId: id, path, token: event.data.tokens[index]!, queue: own.queue!, task: own.task! },
            event.data.incarnation,
            event.data.delivery ?? 1,
          );
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
      case 'stepCancelled':
        if (event.data.token !== undefined) this.close(id, event.data.token);
        return;
      default:
        return;
    }
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
        this.enqueue(step, own.priority ?? 0, own.scheduledAt ?? 0);
      else {
        this.send(step, own.incarnation ?? 0, own.delivery ?? 1);
        const sent = this.sent.get(stepKeyOf(state.id, own.token))!;
        if (own.claimant !== undefined) this.claim(sent, own.claimant);
        if (own.status === 'cancelling') sent.isCancelling = true;
      }
    }
  }

  private enqueue(step: StepFacts, priority: number, at: number): void {
    this.see(step);
    this.backlog.push({ ...step, lane: laneOf(step.queue, step.task), priority, at });
    this.count(step.instanceId, 0, 1);
  }

  private send(step: StepFacts, incarnation: number, delivery: number): void {
    const key = stepKeyOf(step.instanceId, step.token);
    const known = this.sent.get(key);
    if (known !== undefined) {
      Object.assign(known, { incarnation, delivery, sentAt: this.monotonicMs(), suspectSince: undefined });
      this.setWaiting(known, known.claimant === undefined);
      return;
    }
    const wasQueued = this.backlog.remove(step.instanceId, step.token);
    const sent: SentStep = { ...step, incarnation, delivery, sentAt: this.monotonicMs(), isWaiting: false };
    this.sent.set(key, sent);
    this.see(step);
    this.countSent(step, 1);
    this.setWaiting(sent, true);
    this.count(step.instanceId, 1, wasQueued ? -1 : 0);
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
    const lane = laneOf(step.queue, step.task);
    this.waitingByLane.set(lane, this.waitingCount(lane) + (isWaiting ? 1 : -1));
  }

  private countSent({ queue, task }: StepFacts, by: number): void {
    const lane = laneOf(queue, task);
    this.sentByLane.set(lane, (this.sentByLane.get(lane) ?? 0) + by);
  }

  private close(instanceId: InstanceId, token: number): void {
    const key = stepKeyOf(instanceId, token);
    const step = this.sent.get(key);
    if (step !== undefined) {
      this.sent.delete(key);
      this.setWaiting(step, false);
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

const endsStep = ({ type }: AuditEvent): boolean =>
  type === 'stepCompleted' || type === 'stepFailed' || type === 'stepSkipped' || type === 'stepCancelled';
