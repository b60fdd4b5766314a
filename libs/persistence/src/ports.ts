import type {
  AuditEvent,
  AuditEventData,
  InboxMessageType,
  InstanceError,
  InstanceId,
  InstanceStatus,
  Json,
  JsonObject,
  ParentRef,
  ToldInstance,
} from '#libs/engine';
import type { KeyChanges } from './keys/key-rows.js';

/** Row of `workflow_instances`: the head of an instance, as of `seq`. Times are epoch ms, database clock. */
export interface InstanceHead {
  readonly id: InstanceId;
  readonly tenant: string;
  readonly definition: string;
  readonly version: string;
  readonly checksum: string;
  readonly key: string | null;
  readonly status: InstanceStatus;
  /** Seq of the last audit event folded in; 0 while pending. */
  readonly seq: number;
  readonly generation: number;
  readonly bucket: number;
  readonly queue: string | null;
  readonly priority: number | null;
  readonly summary: string | null;
  readonly input: Json;
  readonly output: Json | null;
  readonly error: InstanceError | null;
  readonly tags: JsonObject;
  readonly parent: InstanceId | null;
  readonly origin: InstanceOrigin | null;
  readonly createdAt: number;
  readonly startAt: number | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Steps ended / in all, for progress columns. */
  readonly stepsDone: number;
  readonly stepsTotal: number;
  /** Path of one open step, for the lists ("current step"). */
  readonly currentStep: string | null;
  /** Of one that has not begun, when it is brought to its owner: its definition is paused. */
  readonly pausedWith?: { readonly by: string | null; readonly reason: string | null } | null;
}

/** Where an instance comes from, when no person or system started it. */
export interface InstanceOrigin {
  /** The step that started it; `parent` of the head is its instance. */
  readonly parent?: ParentRef;
  readonly restartOf?: AuditEventData['instanceStarted']['restartOf'];
  /** What started it by itself; `scheduledAt` (epoch ms) is the slot of a schedule. */
  readonly trigger?: { readonly name: string; readonly scheduledAt?: number };
}

/** What workers said about an instance while it was left alone, kept until it is not. */
export type HeldKind = 'stepCompleted' | 'stepFailed' | 'progress' | 'returned';

/** `spoilt`: what is stored cannot be read; its content says why. */
export type InboxKind = InboxMessageType | HeldKind | 'startChild' | 'spoilt';

/** Row of `workflow_inbox`: something addressed to an instance. Stays after it is applied: the memory of idempotency. */
export interface InboxRow {
  /** UUIDv7 or the sender's own id; unique per instance. */
  readonly id: string;
  readonly instanceId: InstanceId;
  readonly bucket: number;
  readonly kind: InboxKind;
  readonly content: JsonObject;
  readonly receivedAt: number;
}

export type InboxAddress = Pick<InboxRow, 'instanceId' | 'bucket'>;

export type NewInboxRow = Omit<InboxRow, 'receivedAt'>;

/** Row of `workflow_asks`: an open question to a person. */
export interface AskRow {
  readonly instanceId: InstanceId;
  readonly path: string;
  readonly tenant: string;
  readonly definition: string;
  readonly name: string;
  readonly kind: AuditEventData['askOpened']['kind'];
  readonly prompt: string | null;
  readonly choices: readonly string[] | null;
  /** JSON Schema of the answer. */
  readonly form: Json | null;
  readonly assignees: readonly string[];
  readonly claimedBy: string | null;
  /** When an answer is expected. */
  readonly dueAt: number | null;
  readonly timeoutAt: number | null;
  readonly openedAt: number;
}

/** Everything an owner needs to continue one instance. */
export interface StoredInstance {
  readonly head: InstanceHead;
  readonly snapshot: { readonly seq: number; readonly state: string } | null;
  /** Events after the snapshot (all of them without one), by seq. */
  readonly events: readonly AuditEvent[];
  /** Its row in `workflow_wakeups`; null once it has ended. */
  readonly wakeup: { readonly dueAt: number | null; readonly work: WorkState } | null;
  /** Not yet consumed, oldest first, at most `INBOX_AT_ONCE`. */
  readonly inbox: readonly InboxRow[];
}

export type HeadUpdate = Pick<
  InstanceHead,
  | 'id'
  | 'status'
  | 'seq'
  | 'generation'
  | 'summary'
  | 'output'
  | 'error'
  | 'tags'
  | 'startedAt'
  | 'endedAt'
  | 'stepsDone'
  | 'stepsTotal'
  | 'currentStep'
>;

export type WorkState = 'none' | 'queued' | 'sent';

/** `workflow_wakeups`: exactly one row per instance that has not ended; `remove` when it ends. */
export interface WakeupWrite {
  readonly instanceId: InstanceId;
  readonly bucket: number;
  /** Earliest clock; null = nothing due by itself. */
  readonly dueAt: number | null;
  readonly work: WorkState;
  readonly remove?: boolean;
}

/** Whether there is anything of a kind to do in a bucket range. */
export interface Stirring {
  /** Clocks that are due. */
  readonly hasDue: boolean;
  /** Inbox rows that nobody has consumed. */
  readonly hasInbox: boolean;
  /** Requests of locks and limits, or events by key that are offered. */
  readonly hasKeys: boolean;
}

export interface DueWakeup {
  readonly id: InstanceId;
  readonly dueAt: number;
}

/** Inbox rows of one instance that an owner takes at once. */
export const INBOX_AT_ONCE = 100;

/** What the open effects of one instance are in one batch: re-sent by the next owner when not confirmed. */
export interface Touched {
  readonly instanceId: InstanceId;
  readonly fromSeq: number;
  readonly toSeq: number;
}

/** An effect that could not be sent; retried with backoff while its token is open. */
export interface ToldEvent {
  readonly instance: ToldInstance;
  readonly event: AuditEvent;
}

export interface UnsentRow {
  readonly instanceId: InstanceId;
  /** Of the attempt; seq of a lifecycle event. */
  readonly token: number;
  /** A lifecycle event, not a step command. */
  readonly isEvent: boolean;
  readonly partition: number;
  readonly tries: number;
  readonly retryAt: number;
}

/** Row of `workflow_logs`: a line a handler logged. */
export interface LogRow {
  readonly instanceId: InstanceId;
  /** Of the attempt. */
  readonly token: number;
  /** From 1 within the attempt. */
  readonly no: number;
  readonly path: string;
  readonly attempt: number;
  /** Epoch ms by the worker's clock. */
  readonly at: number;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
}

/** Per minute and definition; one row per partition, so that owners never contend. */
export interface StatsDelta {
  readonly definition: string;
  /** Epoch ms, start of the minute. */
  readonly minute: number;
  readonly started: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly timedOut: number;
  readonly steps: number;
  /** Sum of the durations of the instances that ended, ms. */
  readonly durationMs: number;
}

/** One micro-batch of one partition: everything it decided, written in ONE round trip with its journal row (new subscriptions cost more). */
export interface BatchCommit extends Partial<KeyChanges> {
  readonly partition: number;
  readonly topology: number;
  /** Journal key: the previous batch's + 1. */
  readonly batchNo: number;
  readonly epoch: number;
  /** Highest batch up to which every effect is confirmed (or is a row of `workflow_unsent`). */
  readonly sentThrough: number;
  readonly touched: readonly Touched[];
  readonly events: readonly { readonly instanceId: InstanceId; readonly event: AuditEvent }[];
  readonly heads: readonly HeadUpdate[];
  readonly wakeups: readonly WakeupWrite[];
  readonly inboxApplied: readonly {
    readonly instanceId: InstanceId;
    readonly id: string;
    readonly seq: number;
    readonly outcome: string;
  }[];
  /** What instances tell one another; a row of the same id is left alone. */
  readonly inboxSent?: readonly NewInboxRow[];
  /** Open asks that are new or have changed (`openedAt` of a known one stays), and those that are open no more. */
  readonly asks?: readonly AskRow[];
  readonly asksGone?: readonly { readonly instanceId: InstanceId; readonly path: string }[];
  /** What handlers logged; a line that is known stays as it is. */
  readonly logs?: readonly LogRow[];
  readonly unsent: readonly UnsentRow[];
  readonly unsentDone: readonly { readonly instanceId: InstanceId; readonly token: number }[];
  readonly snapshots: readonly { readonly instanceId: InstanceId; readonly seq: number; readonly state: string }[];
  readonly stats: readonly StatsDelta[];
}

/** The journal row was there already: somebody else owns the partition (or our last commit did arrive). */
export class JournalCollision extends Error {
  readonly code = 'JOURNAL_COLLISION';
  constructor(
    readonly partition: number,
    readonly batchNo: number,
    options?: ErrorOptions,
  ) {
    super(`expected to write batch ${batchNo} of partition ${partition}, but it was written already`, options);
  }
}

/** The data itself was refused (SQLSTATE 22…, or 23… other than the journal key): bisect to the guilty input. */
export class DataFault extends Error {
  readonly code = 'DATA_FAULT';
  constructor(
    readonly sqlState: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The hot path: hand-written statements on pooled connections (`event-store.ts`). */
export interface EventStore {
  /** @throws JournalCollision, DataFault, or the driver's error (outcome then unknown) */
  commit(batch: BatchCommit): Promise<void>;
  /**
   * One round trip; unknown ids are absent from the answer.
   * @param spoilt told of those whose rows cannot be read, in place of an error
   */
  load(ids: readonly InstanceId[], spoilt?: (id: InstanceId, error: unknown) => void): Promise<readonly StoredInstance[]>;
  /** Unconsumed inbox rows of instances, oldest first, at most `INBOX_AT_ONCE` of each. */
  waitingInbox(instances: readonly InboxAddress[]): Promise<InboxRow[]>;
  /** The same of ids that are no instances (yet), as of one moment. */
  strayInbox(ids: readonly InboxAddress[]): Promise<InboxRow[]>;
  /** Events of one instance by seq, `after` exclusive; payloads over 64 KiB are named, not contained. */
  history(id: InstanceId, after: number, limit: number): Promise<AuditEvent[]>;
  /** Events of ranges of many instances, in one round trip, each instance's by seq. */
  eventsIn(ranges: readonly Touched[]): Promise<Map<InstanceId, AuditEvent[]>>;
  /** Some of them, in any order. */
  eventsAt(id: InstanceId, seqs: readonly number[]): Promise<AuditEvent[]>;
  /** What there is to do in a bucket range [from, to), clocks up to `nowMs`: one read that is all a sweep needs while nothing happens. */
  stirring(fromBucket: number, toBucket: number, nowMs: number): Promise<Stirring>;
  /** Wake-ups of a bucket range [from, to) that are due at `nowMs`, earliest first, after the cursor. */
  dueWakeups(fromBucket: number, toBucket: number, nowMs: number, after: DueWakeup | null, limit: number): Promise<DueWakeup[]>;
  /** Instances with unconsumed inbox rows in a bucket range, however many rows one has. @param except those that are left alone */
  inboxWaiting(fromBucket: number, toBucket: number, limit: number, except?: readonly InstanceId[]): Promise<InstanceId[]>;
  /** Instances whose wake-up row says `work`, by id after the cursor. */
  instancesWithWork(
    fromBucket: number,
    toBucket: number,
    work: 'queued' | 'sent',
    afterId: string | null,
    limit: number,
  ): Promise<InstanceId[]>;
  /** Touched ranges of the journal rows after `sentThrough`. */
  touchedAfter(partition: number, topology: number, sentThrough: number): Promise<Touched[]>;
  /** Step commands, or lifecycle events. */
  unsentDue(partition: number, isEvent: boolean, nowMs: number, limit: number): Promise<UnsentRow[]>;
  /** Lifecycle events by instance and seq, with what is told of their instances; those that are kept no more are absent. */
  told(events: readonly { readonly instanceId: InstanceId; readonly seq: number }[]): Promise<ToldEvent[]>;
  /** Database clock, epoch ms. */
  now(): Promise<number>;
}

export interface Lease {
  readonly partition: number;
  readonly epoch: number;
  /** The batch number the take-over row was written under; the owner continues with + 1. */
  readonly batchNo: number;
  readonly sentThrough: number;
}

export interface PartitionRow {
  readonly partition: number;
  readonly owner: string | null;
  readonly epoch: number;
  readonly expiresAt: number | null;
  /** Since when its owner has it, and when the lease was last renewed. */
  readonly ownedSince: number | null;
  readonly renewedAt: number | null;
  /** Of its owner, while that is known to be there. */
  readonly host: string | null;
  readonly version: string | null;
}

export interface OrchestratorRow {
  readonly id: string;
  readonly host: string;
  readonly hasBroker: boolean;
  readonly version: string | null;
  readonly startedAt: number | null;
}

/** Who is alive and who owns what (leases of 10 s unless said otherwise, database clock). */
export interface LeaseStore {
  /** Creates the rows of this topology when missing. Idempotent. */
  ensurePartitions(topology: number, partitions: number): Promise<void>;
  /** Upsert of `workflow_orchestrators`; the row counts as alive for one lease. */
  announce(orchestrator: Omit<OrchestratorRow, 'startedAt'>, leaseMs?: number): Promise<void>;
  withdraw(orchestratorId: string): Promise<void>;
  alive(): Promise<OrchestratorRow[]>;
  /** Takes a free or expired (or `stale: true`: any) lease and writes the take-over row in the journal; undefined when held by another. */
  claim(
    topology: number,
    partition: number,
    owner: string,
    options?: { stale?: boolean; leaseMs?: number },
  ): Promise<Lease | undefined>;
  /** @returns the partitions still held, of those asked */
  renew(
    topology: number,
    owner: string,
    leases: readonly { partition: number; epoch: number }[],
    leaseMs?: number,
  ): Promise<number[]>;
  release(topology: number, owner: string, partition: number, epoch: number): Promise<void>;
  list(topology: number): Promise<PartitionRow[]>;
}

/** Incarnations of step queues: compare-and-set counters, committed before a queue is declared anew. */
export interface IncarnationStore {
  /** Current incarnation of `<queue>.<task>`; created as 1. */
  current(queues: readonly { queue: string; task: string }[]): Promise<number[]>;
  /** @returns the incarnation after the bump (another's bump counts as ours) */
  bump(queue: string, task: string, expected: number): Promise<number>;
  bumpAll(): Promise<void>;
}
