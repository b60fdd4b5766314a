import { v7 } from 'uuid';
import {
  advance,
  answerToRefused,
  eventOutcome,
  type AuditEvent,
  type DecisionContext,
  type InstanceId,
  type InstanceState,
  type Message,
  type Placement,
  type RejectionReason,
  type Send,
  type WorkerRef,
} from '#libs/engine';
import type { InboxRow, LogRow, NewInboxRow } from '#libs/persistence';
import type { WorkIndex } from '../dispatch/work-index.js';
import { admission, type AdmissionContext } from '../lanes/admission.js';
import { heldRow } from './held-rows.js';
import { messageOf } from './inbox-message.js';
import type { CachedInstance } from './instance-cache.js';
import type { Input } from './inputs.js';
import { logRows } from './step-logs.js';

/** It was stored before the start it takes the place of was due, even when both are looked at together. */
const isSuperseding = ({ kind, content }: InboxRow): boolean => kind === 'cancel' && content['ifPending'] === true;

const actOf = ({ by, reason }: { readonly by: string | null; readonly reason: string | null }) => ({
  ...(by !== null && { by }),
  ...(reason !== null && { reason }),
});

/** What the shell knows beside the states. */
export interface FoldContext extends AdmissionContext {
  readonly draw: () => number;
  readonly queuePriority?: (queue: string) => number | undefined;
  readonly isKnownTask?: (task: string) => boolean;
  readonly isServed: (task: string, queue?: string, placement?: Placement) => boolean;
  /** A step that was bound to a worker, which did not run it, is to be bound anew. */
  readonly placeAgain?: (state: InstanceState, path: string, delivery: number) => void;
  /** Workers have not been heard for long enough to judge by them. */
  readonly isDeaf?: boolean;
  readonly runningOn: (instanceId: InstanceId, token: number) => string | undefined;
}

/** Under which incarnation, or to which worker. */
export interface Sending {
  readonly incarnation: number;
  readonly worker?: WorkerRef;
  readonly delivery?: number;
}

export interface ClaimVerdict {
  readonly instanceId: InstanceId;
  readonly token: number;
  readonly claimant: string;
  readonly granted: boolean;
}

export interface AppliedInbox {
  readonly instanceId: InstanceId;
  readonly id: string;
  readonly seq: number;
  readonly outcome: string;
}

export type Rejected = RejectionReason | 'unknownInstance' | 'notDue' | 'staleDelivery';

/**
 * One micro-batch in the deciding: messages go in one by one, states advance in place, and what must be written and sent piles up.
 * No I/O.
 */
export class BatchFold {
  /** Events by instance, in order of first touch. */
  readonly changed = new Map<CachedInstance, AuditEvent[]>();
  readonly verdicts: ClaimVerdict[] = [];
  readonly inboxApplied: AppliedInbox[] = [];
  readonly logs: LogRow[] = [];
  /** What instances tell one another. */
  readonly sends: Send[] = [];
  /** What came for instances that are left alone. */
  readonly held: NewInboxRow[] = [];
  /** Instances that are handed an event that was kept for a key, while the batch is written. */
  readonly handed: InstanceId[] = [];
  readonly rejections = new Map<Rejected, number>();
  private readonly tenants = new Map<InstanceId, string>();
  private readonly inboxSeen = new Set<string>();

  constructor(
    private readonly work: WorkIndex,
    private readonly context: FoldContext,
  ) {}

  take(instance: CachedInstance | undefined, input: Input, inbox: readonly InboxRow[]): void {
    if (instance === undefined) return this.takeUnknown(input);
    this.tenants.set(instance.state.id, instance.head.tenant);
    // Also of an attempt that is over: what it logged is what one wants to know then.
    if ('logs' in input && input.logs !== undefined) this.logs.push(...logRows(input.instanceId, input.logs));
    switch (input.kind) {
      case 'hint':
        return this.takeHint(instance, inbox);
      case 'returned':
        return this.sendAgain(instance, input);
      case 'message':
        if (instance.state.status !== 'pending') this.takeRows(instance, inbox); // what came before a clock fired comes before it
        return this.takeMessage(instance, input.message, inbox);
      case 'logs':
        return;
    }
  }

  /** Its instance is left alone now. @returns whether it is kept until then */
  hold(input: Input): boolean {
    if ('logs' in input && input.logs !== undefined) this.logs.push(...logRows(input.instanceId, input.logs));
    const row = heldRow(input);
    if (row !== undefined) this.held.push(row);
    return row !== undefined;
  }

  /** Backlog → broker, for steps of one instance and one lane. What is no longer open leaves the backlog all the same. */
  dispatch(instance: CachedInstance, steps: readonly { path: string; token: number }[], how: Sending): void {
    const { incarnation, worker, delivery } = how;
    const bound = { ...(worker && { worker }), ...(delivery !== undefined && { delivery }) };
    this.decide(instance, { type: 'dispatch', steps, incarnation, ...bound });
    const { id } = instance.state;
    for (const { token } of steps) if (this.work.backlog.has(id, token)) this.work.leaveBacklog(id, token);
  }

  /** Who asks to run an attempt of nobody must be told, or it asks for ever. */
  private takeUnknown(input: Input): void {
    this.reject('unknownInstance');
    if (input.kind !== 'message' || input.message.type !== 'claim') return;
    const { token, claimant } = input.message;
    this.verdicts.push({ instanceId: input.instanceId, token, claimant, granted: false });
  }

  private takeMessage(instance: CachedInstance, message: Message, inbox: readonly InboxRow[]): void {
    if (message.type === 'wake' && instance.state.status === 'pending') return this.takeHint(instance, inbox);
    if (message.type === 'wake') this.touch(instance); // a spurious wake-up must move its row too
    const isAccepted = this.decide(instance, message);
    if (message.type !== 'claim') return;
    this.verdicts.push({ instanceId: instance.state.id, token: message.token, claimant: message.claimant, granted: isAccepted });
  }

  private takeHint(instance: CachedInstance, inbox: readonly InboxRow[]): void {
    if (instance.state.status === 'pending') this.takeRows(instance, inbox.filter(isSuperseding));
    if (instance.state.status === 'pending') this.start(instance);
    this.takeRows(instance, inbox);
  }

  private takeRows(instance: CachedInstance, inbox: readonly InboxRow[]): void {
    for (const row of inbox) {
      const isTooEarly = row.kind === 'event' && instance.state.status === 'pending'; // it waits until the instance has started
      if (!isTooEarly) this.takeInbox(instance, row);
    }
  }

  /** Told to an id that is no instance, and will not be one: its request was refused. */
  takeStray({ instanceId, id }: InboxRow): void {
    this.reject('unknownInstance');
    this.inboxApplied.push({ instanceId, id, seq: 0, outcome: 'unknownInstance' });
  }

  /** Two hints of one batch read the same rows: the second time they are known. */
  private takeInbox(instance: CachedInstance, row: InboxRow): void {
    const key = `${row.instanceId}/${row.id}`;
    if (this.inboxSeen.has(key)) return;
    this.inboxSeen.add(key);
    if (row.kind === 'returned') return this.takeReturned(instance, row);
    const message = messageOf(row);
    const decidedBefore = this.changed.get(instance)?.length ?? 0;
    const rejection = message === undefined ? 'notPossible' : this.tryDecide(instance, message);
    if (rejection !== undefined) {
      this.reject(rejection);
      if (message !== undefined) this.sends.push(...answerToRefused(instance.state, message, row.id));
    }
    this.inboxApplied.push({
      instanceId: instance.state.id,
      id: row.id,
      seq: instance.state.seq,
      outcome: rejection ?? this.outcomeOf(instance, message!, decidedBefore),
    });
  }

  /** A command that was handed back while its instance was left alone. */
  private takeReturned(instance: CachedInstance, { instanceId, id, content }: InboxRow): void {
    const { path, token, delivery } = content as unknown as Omit<Extract<Input, { kind: 'returned' }>, 'kind' | 'instanceId'>;
    this.sendAgain(instance, { kind: 'returned', instanceId, path, token, delivery });
    this.inboxApplied.push({ instanceId, id, seq: instance.state.seq, outcome: 'applied' });
  }

  /** Of an event one wants to know what became of it. */
  private outcomeOf(instance: CachedInstance, message: Message, decidedBefore: number): string {
    if (message.type !== 'event') return 'applied';
    return eventOutcome(message.event.id, (this.changed.get(instance) ?? []).slice(decidedBefore));
  }

  readonly tenantOf = (id: InstanceId): string | undefined => this.tenants.get(id);

  private start(instance: CachedInstance): void {
    const { head } = instance;
    if (head.startAt !== null && head.startAt > this.context.nowMs) {
      this.touch(instance); // so that it is remembered when it is due
      return this.reject('notDue');
    }
    const { input, checksum, key, queue, priority, tags, origin, pausedWith } = head;
    this.decide(instance, {
      type: 'start',
      input,
      checksum,
      ...(key !== null && { key }),
      ...(queue !== null && { queue }),
      ...(priority !== null && { priority }),
      ...(Object.keys(tags).length > 0 && { tags }),
      ...origin,
      ...(pausedWith && { paused: actOf(pausedWith) }),
    });
  }

  /** A command that came back unrun (or was lost) goes out once more, unless it has been sent again in the meantime. */
  private sendAgain(instance: CachedInstance, { path, token, delivery }: Extract<Input, { kind: 'returned' }>): void {
    const own = instance.state.step(path);
    if (own.token !== token) return this.reject('staleAttempt');
    if ((own.delivery ?? 1) !== delivery) return this.reject('staleDelivery');
    if (own.placement !== undefined) return this.context.placeAgain?.(instance.state, path, delivery);
    const incarnation = this.context.incarnation(own.queue ?? '', own.task ?? '') ?? own.incarnation ?? 0;
    this.decide(instance, { type: 'dispatch', steps: [{ path, token }], incarnation, delivery: delivery + 1 });
  }

  private decide(instance: CachedInstance, message: Message): boolean {
    const rejection = this.tryDecide(instance, message);
    if (rejection !== undefined) this.reject(rejection);
    return rejection === undefined;
  }

  private touch(instance: CachedInstance): void {
    if (!this.changed.has(instance)) this.changed.set(instance, []);
  }

  private tryDecide(instance: CachedInstance, message: Message): RejectionReason | undefined {
    const { plan, state } = instance;
    const unsentFrom = this.changed.get(instance)?.[0]?.seq ?? state.seq + 1; // commands leave when the whole batch is stored
    const decision = advance(plan, state, message, { ...this.decisionContext(state.id), unsentFrom });
    if (!decision.accepted) return decision.reason;
    this.sends.push(...decision.sends);
    const events = this.changed.get(instance);
    if (events === undefined) this.changed.set(instance, [...decision.events]);
    else events.push(...decision.events);
    for (const event of decision.events) this.work.note(state, event);
    return undefined;
  }

  decisionContext(id: InstanceId): DecisionContext {
    const { nowMs, draw, queuePriority, isKnownTask, isServed, isDeaf, runningOn } = this.context;
    return {
      nowMs,
      draw,
      newId: () => v7({ msecs: nowMs }),
      admit: admission(this.work, this.context),
      ...(queuePriority && { queuePriority }),
      ...(isKnownTask && { isKnownTask }),
      isServed,
      isDeaf,
      runningOn: (token) => runningOn(id, token),
    };
  }

  private reject(reason: Rejected): void {
    this.rejections.set(reason, (this.rejections.get(reason) ?? 0) + 1);
  }
}
