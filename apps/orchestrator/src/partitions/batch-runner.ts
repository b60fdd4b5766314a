import { exchanges } from '#libs/contracts';
import { isEnded, type AuditEvent, type InstanceId, type InstanceState } from '#libs/engine';
import { type BatchCommit, INBOX_AT_ONCE, type InboxRow } from '#libs/persistence';
import { crashPoint, crashPointAfterWrites } from '#libs/platform';
import { pickDispatches, laneRoom, type Dispatch } from '../dispatch/dispatches.js';
import { lockChanges } from '../keys/lock-changes.js';
import { Budget } from '../lanes/budget.js';
import { LaneMeters } from '../dispatch/lane-meters.js';
import { outgoing, type Outgoing } from '../dispatch/outgoing.js';
import { startChildren, tellEnds } from './children-aside.js';
import { BatchFold, type Sending } from './batch-fold.js';
import { batchRows, dueAtOf } from './batch-rows.js';
import type { Input, Parcel } from './inputs.js';
import { bytesPerEvent, type CachedInstance } from './instance-cache.js';
import { stepCommandsOf } from './commands-again.js';
import type { Partition } from './partition.js';
import { placeAgain } from '../placement/place-again.js';
import { lostStepsOf, settledLossesOf } from '../incidents/lost-steps.js';
import { publish } from './publish.js';
import { sendRows } from './send-rows.js';
import { setAside } from './set-aside.js';
import { recoverPartition } from './recover.js';

/** More than inputs: a backlog that the window has room for is gone soon, and what is decided after it needs no dispatch of its own. */
const dispatchesPerBatch = 1_000;

/** Runs one micro-batch: load, decide, commit, and hand back the sending, which overlaps with the next batch. */
export class BatchRunner {
  readonly meters = new LaneMeters();
  private writtenThrough: number;
  /** Incidents of the batch at hand, on their way into the database. */
  private asides: Promise<boolean>[] = [];
  /** What closes incidents that may just have been written. */
  private settling: (() => Promise<boolean>)[] = [];
  /** When the incidents of all batches so far are in the database. */
  private told: Promise<void> = Promise.resolve();

  constructor(private readonly partition: Partition) {
    this.writtenThrough = partition.lease.sentThrough;
  }

  async recover(): Promise<void> {
    await recoverPartition(this.partition);
  }

  hasDispatchable(): boolean {
    return this.dispatches(1).length > 0;
  }

  /** Without the broker another try would only lengthen the wait after it. */
  hasUnsentDue(): boolean {
    const { unsent, services } = this.partition;
    return services.transport.state === 'connected' && unsent.hasDue(performance.now());
  }

  /** Effects are confirmed that the journal does not know of yet. */
  hasUnwrittenConfirms(): boolean {
    const { sends, unsent, teller } = this.partition;
    return sends.sentThrough() > this.writtenThrough || unsent.hasUnwritten || teller.hasUnwritten;
  }

  /** @returns the sending of what was decided, or undefined when there was nothing to write */
  async run(parcels: readonly Parcel[]): Promise<(() => Promise<void>) | undefined> {
    const { partition } = this;
    const { loader, clock, quarantine } = partition.services;
    const dispatches = this.dispatches(dispatchesPerBatch);
    const again = this.hasUnsentDue() ? partition.unsent.due(performance.now(), 200) : [];
    const hinted = new Set<InstanceId>();
    const takenUp = new Set<InstanceId>();
    const ids: InstanceId[] = [
      ...dispatches.flatMap((one) => one.steps.map((step) => step.instanceId)),
      ...again.map((one) => one.instanceId),
    ];
    for (const { inputs } of parcels) {
      for (const input of inputs) {
        ids.push(input.instanceId);
        if (quarantine.takesUp(input.instanceId)) takenUp.add(input.instanceId);
        if (input.kind === 'hint' || this.mayEndWait(input) || takenUp.has(input.instanceId)) hinted.add(input.instanceId);
      }
    }
    const loaded = await loader.load(partition.cache, ids, hinted);
    for (const { state } of loaded.fresh) this.adopt(state);
    for (const [id, error] of loaded.broken) setAside(partition.services, id, error);
    for (const row of [...loaded.inbox.values()].flat())
      if (row.kind === 'spoilt') partition.services.incidents.broken(row.instanceId, row.content['reason']);
    for (const [instanceId, rows] of loaded.inbox)
      if (rows.length >= INBOX_AT_ONCE && !quarantine.has(instanceId)) partition.push({ kind: 'hint', instanceId });

    const nowMs = clock.nowMs();
    const fold = this.newFold(nowMs);
    partition.limits.beginBatch();
    this.dispatch(fold, dispatches, nowMs);
    for (const row of loaded.stray)
      if (row.kind === 'spoilt')
        setAside(partition.services, row.instanceId, `${String(row.content['reason'])}; its row is ${row.id}`);
    for (const row of startChildren(partition, loaded.stray)) fold.takeStray(row);
    for (const { inputs, bytes } of parcels) {
      for (const input of inputs) this.take(fold, input, loaded.inbox.get(input.instanceId) ?? [], bytes / inputs.length);
    }
    const repeats = stepCommandsOf(partition, again);
    const isCommitted = await this.commit(fold, parcels);
    for (const { instanceId } of fold.held) takenUp.delete(instanceId); // there is more in its inbox since
    for (const id of takenUp) quarantine.tookUp(id);
    partition.limits.batchDone();
    for (const [instance, events] of fold.changed) this.remind(instance, events.length > 0);
    const send = !isCommitted && repeats.length === 0 ? undefined : this.sending(fold, parcels, repeats);
    this.rest(ids);
    return send;
  }

  /** What waits stays in memory for a while only, also when it was looked at for nothing. */
  private rest(ids: readonly InstanceId[]): void {
    const { cache } = this.partition;
    for (const id of ids) {
      const instance = cache.peek(id);
      if (instance?.state.status === 'waiting' && !this.isSoonDue(instance)) cache.rest(id);
    }
  }

  /** Before a wait times out, its instance looks whether what it waited for has come in time. */
  private mayEndWait(input: Input): boolean {
    if (input.kind !== 'message' || input.message.type !== 'wake') return false;
    const state = this.partition.cache.get(input.instanceId)?.state;
    return state !== undefined && (state.waits.size > 0 || state.asks.size > 0);
  }

  private take(fold: BatchFold, received: Input, inbox: readonly InboxRow[], bytes: number): void {
    const { cache, services } = this.partition;
    const { quarantine, incidents } = services;
    const input = quarantine.sentence(received);
    if (quarantine.has(input.instanceId)) {
      if (fold.hold(input)) quarantine.holds(input.instanceId);
      return;
    }
    const instance = cache.get(input.instanceId);
    if (instance !== undefined) cache.grew(instance, bytes);
    this.learnDuration(instance, input);
    try {
      fold.take(instance, input, inbox);
    } catch (error) {
      // Deciding works on a fork, so nothing is spoilt but what is remembered of contexts. The same clock or inbox row would come again at once.
      instance?.state.ctxMemo.clear();
      quarantine.add(input.instanceId);
      this.asides.push(incidents.undecidable(input, error));
    }
  }

  /** One that is left alone is read anew when that is over. */
  private adopt(state: InstanceState): void {
    const { cache, work, services } = this.partition;
    if (services.quarantine.has(state.id)) cache.drop(state.id);
    else work.adopt(state);
  }

  /** What is overdue and did not move waits for the next sweep, or it would spin. */
  private remind(instance: CachedInstance, hasMoved: boolean): void {
    const { partition } = this;
    const { id, status } = instance.state;
    if (isEnded(status)) return partition.due.forget(id);
    const dueAt = dueAtOf(instance);
    if (dueAt !== undefined && (hasMoved || dueAt > partition.services.clock.nowMs())) partition.due.remind(id, dueAt);
  }

  /** An empty batch that carries `sent_through` (and unsent rows): nothing of what is sent will be sent again after a crash. */
  async closeJournal(): Promise<void> {
    if (!this.hasUnwrittenConfirms()) return;
    await this.write({});
    crashPoint('journal.closed');
  }

  private learnDuration(instance: CachedInstance | undefined, input: Input): void {
    if (
      instance === undefined ||
      input.kind !== 'message' ||
      input.durationMs === undefined ||
      !('token' in input.message) ||
      !('path' in input.message)
    )
      return;
    const { task } = instance.state.step(input.message.path);
    if (task !== undefined) this.meters.noteDuration(task, input.durationMs);
  }

  private newFold(nowMs: number): BatchFold {
    const { partition } = this;
    const { stepQueues, lanes, tasks, workers } = partition.services;
    const isDeaf = workers.listeningForMs(performance.now()) < workers.twoHeartbeatsMs(); // until then nobody knows what they run
    return new BatchFold(partition.work, {
      nowMs,
      draw: Math.random,
      room: (queue, task) => laneRoom(partition, queue, task),
      limits: partition.limits,
      queuePriority: lanes.priorityOf,
      incarnation: (queue, task) => stepQueues.incarnation(queue, task),
      isKnownTask: (task) => isDeaf || tasks.isKnown(task),
      isServed: (task, queue, placement) =>
        workers.isServed(task) && (placement === undefined || workers.couldRun(task, queue ?? '', placement)),
      placeAgain: (state, path, delivery) => placeAgain(partition, state, path, delivery),
      isDeaf,
      runningOn: (instanceId, token) => workers.runningOn(instanceId, token),
    });
  }

  throughput(lane: string): number {
    return this.meters.throughput(lane, performance.now());
  }

  /** Of a task's handler: as we measured it, or as workers announce it; undefined while nobody knows. */
  meanMs(task: string): number | undefined {
    return this.meters.meanMs(task) ?? this.partition.services.workers.meanMs(task);
  }

  private dispatches(limit: number): Dispatch[] {
    return pickDispatches(this.partition, limit);
  }

  private dispatch(fold: BatchFold, dispatches: readonly Dispatch[], nowMs: number): void {
    const budget = new Budget(this.partition.limits, nowMs); // what was picked may have lost its slots or its window since
    for (const { steps, ...how } of dispatches) {
      const within = steps.filter((step) => step.delivery !== undefined || budget.take(step)); // sent before: it has its slot
      const byInstance = Map.groupBy(within, (step) => step.instanceId);
      for (const [id, own] of byInstance) {
        const instance = this.partition.cache.get(id);
        if (instance !== undefined) this.dispatchOne(fold, instance, own, how);
        else for (const step of own) this.partition.work.forget(step.instanceId, step.token); // its instance is gone
      }
    }
  }

  /** An error of ours must not stop what others have to send. Of its instance nothing is sent until somebody looks at it again. */
  private dispatchOne(fold: BatchFold, instance: CachedInstance, steps: Dispatch['steps'], how: Sending): void {
    try {
      fold.dispatch(instance, steps, how);
    } catch (error) {
      const { work, cache, services } = this.partition;
      const { state } = instance;
      services.quarantine.add(state.id);
      for (const path of state.open.keys()) work.leaveBacklog(state.id, state.step(path).token ?? 0);
      cache.drop(state.id);
      const message = { type: 'dispatch', steps, incarnation: how.incarnation } as const;
      this.asides.push(services.incidents.undecidable({ kind: 'message', instanceId: state.id, message }, error));
    }
  }

  /** @returns false when there was nothing to write: pure rejections of our own making need no journal row */
  private async commit(fold: BatchFold, parcels: readonly Parcel[]): Promise<boolean> {
    const { partition } = this;
    const { clock, metrics } = partition.services;
    const hasDeliveries = parcels.some((parcel) => parcel.delivery !== undefined);
    const rows = batchRows(fold, partition.work, clock.nowMs());
    for (const [reason, count] of fold.rejections) metrics.rejected(reason, count);
    if (
      !hasDeliveries &&
      rows.events.length === 0 &&
      rows.wakeups.length === 0 &&
      rows.inboxApplied.length === 0 &&
      rows.inboxSent.length === 0 &&
      !partition.unsent.hasUnwritten &&
      !partition.teller.hasUnwritten
    )
      return false;
    await this.write(rows);
    return true;
  }

  private async write(rows: Partial<BatchCommit>): Promise<void> {
    const { partition } = this;
    const { store, clock, config, metrics } = partition.services;
    const sentThrough = partition.sends.sentThrough();
    const batchNo = partition.batchNo + 1;
    const startedAt = performance.now();
    crashPoint('batch.decided');
    const commands = partition.unsent.takeRows(partition.number, startedAt, clock.nowMs());
    const told = partition.teller.takeRows(startedAt, clock.nowMs());
    await store.commit({
      partition: partition.number,
      topology: config.topology,
      batchNo,
      epoch: partition.lease.epoch,
      sentThrough,
      touched: [],
      events: [],
      heads: [],
      wakeups: [],
      inboxApplied: [],
      snapshots: [],
      stats: [],
      ...rows,
      unsent: [...commands.unsent, ...told.unsent],
      unsentDone: [...commands.unsentDone, ...told.unsentDone],
    });
    crashPoint('batch.committed');
    partition.batchNo = batchNo;
    this.writtenThrough = sentThrough;
    metrics.committed(rows.events?.length ?? 0, performance.now() - startedAt);
  }

  /** Builds everything at once, before the next batch changes the states; the returned function only sends. */
  private sending(fold: BatchFold, parcels: readonly Parcel[], repeats: Outgoing['commands']): () => Promise<void> {
    const { partition } = this;
    const { batchNo } = partition;
    const changed = [...fold.changed].map(([instance, events]) => ({ instance, events }));
    const isHeard = partition.services.transport.isUnbound?.(exchanges.events) !== true;
    const out = outgoing(partition.number, changed, fold.verdicts, (task) => this.meanMs(task), isHeard);
    for (const { instance, events } of changed) this.afterCommit(instance, events);
    const asides = this.takeAsides();
    const hints = partition.hint([...sendRows(fold.sends).map((row) => row.instanceId), ...fold.handed]);
    partition.keys.committed(changed, lockChanges(fold.sends, fold.tenantOf).keys);
    tellEnds(partition, changed);
    for (const { instance, events } of changed) this.meters.note(instance.state, events, performance.now());
    partition.cache.trim();
    partition.sends.begin(batchNo);
    return async () => {
      if (fold.verdicts.length > 0) crashPoint('claim.committed');
      const sent = publish(partition, { ...out, commands: [...out.commands, ...repeats], others: [...out.others, ...hints] });
      partition.teller.tell(batchNo, out.told); // after the commands are written: no step waits for these
      crashPointAfterWrites('batch.sending');
      await sent;
      // Before anything is acknowledged or counts as sent: whoever takes over finds what was not written down.
      if ((await asides).includes(false)) throw new Error('an incident could not be written');
      crashPoint('batch.sent');
      partition.sends.end(batchNo);
      for (const { delivery } of parcels) delivery?.settle('ack');
      crashPointAfterWrites('batch.acknowledged');
    };
  }

  /** An incident is closed only after it was written, be it by an earlier batch. @returns whether each was */
  private takeAsides(): Promise<boolean[]> {
    const { asides, settling, told } = this;
    this.asides = [];
    this.settling = [];
    if (asides.length === 0 && settling.length === 0) return Promise.resolve([]);
    const written = Promise.all([told, ...asides]).then(async ([, ...wrote]) => [
      ...wrote,
      ...(await Promise.all(settling.map((settle) => settle()))),
    ]);
    this.told = written.then(() => undefined);
    return written;
  }

  private isSoonDue(instance: CachedInstance): boolean {
    const { clock, config } = this.partition.services;
    return (dueAtOf(instance) ?? Infinity) - clock.nowMs() < config.remindWithinMs;
  }

  private afterCommit(instance: CachedInstance, events: readonly AuditEvent[]): void {
    const { partition } = this;
    const { state } = instance;
    partition.cache.grew(instance, events.length * bytesPerEvent);
    partition.cache.weigh(instance);
    if (events.length > 0 && instance.told !== undefined)
      partition.services.live.note(partition.number, instance.head, instance.told);
    this.asides.push(...lostStepsOf(partition.services.incidents, state.id, events));
    this.settling.push(...settledLossesOf(partition.services.incidents, state.id, events));
    // What has not begun is read again when it does: its definition may be paused by then.
    if (isEnded(state.status) || state.status === 'pending') partition.cache.drop(state.id);
    else if (events.some((event) => event.type === 'instanceResumed')) partition.work.adopt(state);
  }
}
