import { breakerVerdict, windowStart, type AuditEvent, type InstanceId, type LaneClaim, type LaneGrant } from '#libs/engine';
import { laneKey, type LaneAddress, type LaneRow, type LaneScope } from '#libs/persistence';
import type { StepFacts, WorkIndex } from '../dispatch/work-index.js';
import type { LaneBook } from './lane-book.js';
import { LaneTurns } from './lane-turns.js';
import { ProbeWatch } from './probe-watch.js';

/** What a partition has been told of a lane, and what it has to tell. */
interface Held {
  /** Slots it may use; 0 until it was told. */
  cap: number;
  /** Slots that nobody else may use, as it was told. */
  granted: number;
  /** For dispatches within the window that begins at `windowStart`. */
  tokens: number;
  windowStart: number;
  ends: { hasSucceeded: boolean; failures: number };
  readonly probe: ProbeWatch;
  /** The actor of the limit has heard of us in this life. */
  hasAsked: boolean;
}

/** For the actor of a limit. */
export interface Claim {
  readonly claim: LaneClaim;
  /** Somebody waits for the answer. */
  readonly isUrgent: boolean;
}

const everything = Infinity;

/**
 * What limits let one partition dispatch: slots and tokens that it was granted, pauses and breakers. Slots in use follow from the attempts
 * that are out, so a take-over needs to know nothing else. Nothing here is ever more than what the actor of a limit wrote down.
 */
export class LaneLimits {
  readonly turns = new LaneTurns();
  private readonly lanes = new Map<string, Held>();
  /** Slots in use before the batch that is being written: what it ends may still turn out not to have ended. */
  private before: ReadonlyMap<string, number> | undefined;
  private readonly unstored: {
    task: string;
    instanceId: InstanceId;
    token: number;
    verdict: 'success' | 'failure' | undefined;
  }[] = [];

  constructor(
    private readonly partition: number,
    private readonly book: LaneBook,
    private readonly work: WorkIndex,
  ) {}

  /** Does anything limit this queue or task? */
  concerns(queue: string, task: string): boolean {
    return !this.book.isEmpty && (this.book.row('queue', queue) !== undefined || this.book.row('task', task) !== undefined);
  }

  /** Attempts that may be dispatched now; Infinity: as many as one likes. */
  roomOf(scope: LaneScope, name: string, nowMs: number): number {
    const row = this.book.row(scope, name);
    if (row === undefined) return everything;
    if (row.paused || row.breaker === 'open') return 0;
    const held = this.lanes.get(laneKey(row));
    const slots = row.concurrency === null ? everything : (held?.cap ?? 0) - this.work.inUse(scope, name);
    const tokens = row.rate === null ? everything : tokensLeft(held, row, nowMs);
    return Math.max(0, Math.min(slots, tokens, this.breakerRoom(row, held)));
  }

  /** An attempt was sent for the first time: a token is gone, and with it the one try of a half-open breaker. */
  dispatched({ queue, task, instanceId, token }: Pick<StepFacts, 'queue' | 'task' | 'instanceId' | 'token'>): void {
    if (this.book.isEmpty) return;
    for (const [scope, name] of [
      ['queue', queue],
      ['task', task],
    ] as const) {
      const row = this.book.row(scope, name);
      if (row === undefined) continue;
      const held = this.heldOf(row);
      held.tokens = Math.max(0, held.tokens - 1);
      if (row.state.state === 'halfOpen') held.probe.sent(instanceId, token);
    }
  }

  /** An attempt has ended: breakers hear of it when that is stored. */
  ended({ instanceId, task, token }: StepFacts, event: AuditEvent): void {
    if (this.book.isEmpty || this.book.row('task', task)?.breaker !== 'auto') return;
    this.unstored.push({ task, instanceId, token, verdict: breakerVerdict(event) });
  }

  /** From now on until `batchDone` what is decided may come to nothing. */
  beginBatch(): void {
    const { limited } = this.book;
    this.before =
      limited.length === 0 ? undefined : new Map(limited.map((row) => [laneKey(row), this.work.inUse(row.scope, row.name)]));
  }

  /** It is stored. */
  batchDone(): void {
    this.before = undefined;
    for (const { task, instanceId, token, verdict } of this.unstored.splice(0)) {
      const row = this.book.row('task', task);
      if (row?.breaker !== 'auto') continue;
      const held = this.heldOf(row);
      held.probe.ended(instanceId, token, verdict);
      if (verdict === 'success') held.ends = { hasSucceeded: true, failures: 0 };
      if (verdict === 'failure') held.ends.failures += 1;
    }
  }

  /**
   * What is to be told to the actor of a limit; undefined when there is nothing to tell, nor to give back.
   * @param wanted steps that could be sent now if only this limit let them
   */
  claim(row: LaneRow, wanted: number, nowMs: number): Claim | undefined {
    const held = this.heldOf(row);
    const inUse = this.work.inUse(row.scope, row.name);
    const kept = Math.max(inUse, this.before?.get(laneKey(row)) ?? 0);
    if (!held.hasAsked && row.state.probe === this.partition) held.probe.inherit();
    const ends = takeEnds(held, wanted);
    if (held.hasAsked && inUse + wanted + held.granted + kept === 0 && ends === undefined) return undefined;
    const cap = row.concurrency === null ? 0 : held.cap;
    const slots = row.concurrency === null ? wanted : Math.max(0, cap - inUse);
    const tokens = row.rate === null ? 0 : tokensLeft(held, row, nowMs);
    const tokensWanted = Math.max(0, Math.min(wanted, slots) - tokens);
    const isShort = wanted > 0 && this.roomOf(row.scope, row.name, nowMs) < wanted;
    const mustTell = ends !== undefined || !held.hasAsked || held.granted > Math.max(kept, cap);
    return {
      claim: { partition: this.partition, held: kept, cap, demand: inUse + wanted, tokensWanted, ...(ends && { ends }) },
      isUrgent: isShort || mustTell,
    };
  }

  /** The claim did not arrive, or nobody knows: what it told of ends is told again, and may then count twice. */
  unheard(row: LaneAddress, { ends }: LaneClaim): void {
    const held = this.lanes.get(laneKey(row));
    if (held === undefined || ends === undefined) return;
    if (!held.ends.hasSucceeded) held.ends.failures += ends.failures;
    held.ends.hasSucceeded ||= ends.hasSucceeded;
  }

  /** The answer of the actor of a limit. @param at when it answered, database clock */
  told(row: LaneRow, grant: LaneGrant, at: number): void {
    const held = this.heldOf(row);
    held.hasAsked = true;
    held.cap = row.concurrency === null ? 0 : grant.cap;
    held.granted = grant.granted;
    if (row.rate !== null) {
      held.tokens = tokensLeft(held, row, at) + grant.tokens;
      held.windowStart = windowStart(row.rate, at);
    }
    held.probe.told(row.state.probe === this.partition);
  }

  private breakerRoom({ breaker, state }: LaneRow, held: Held | undefined): number {
    if (breaker !== 'auto' || state.state === 'closed') return everything;
    return state.state === 'halfOpen' && state.probe === this.partition && held?.probe.isFree === true ? 1 : 0;
  }

  private heldOf(row: LaneRow): Held {
    const key = laneKey(row);
    let held = this.lanes.get(key);
    if (held === undefined) {
      const ends = { hasSucceeded: false, failures: 0 };
      const probe = new ProbeWatch(() => this.work.inUse(row.scope, row.name) > 0);
      held = { cap: 0, granted: 0, tokens: 0, windowStart: -1, ends, probe, hasAsked: false };
      this.lanes.set(key, held);
    }
    return held;
  }
}

function tokensLeft(held: Held | undefined, { rate }: LaneRow, nowMs: number): number {
  return held === undefined || rate === null || held.windowStart !== windowStart(rate, nowMs) ? 0 : held.tokens;
}

/** What has not been told yet of attempts that ended. */
function takeEnds(held: Held, wanted: number): LaneClaim['ends'] {
  const { ends } = held;
  const probe = held.probe.outcome(wanted);
  if (!ends.hasSucceeded && ends.failures === 0 && probe === undefined) return undefined;
  held.ends = { hasSucceeded: false, failures: 0 };
  return { ...ends, ...(probe !== undefined && { probe }) };
}
