import type { InstanceId } from '#libs/engine';
import type { UnsentRow } from '#libs/persistence';

interface UnsentEvent {
  readonly instanceId: InstanceId;
  readonly seq: number;
  readonly tries: number;
  /** Monotonic ms; Infinity while it is being sent. */
  retryAtMs: number;
  isWritten: boolean;
}

const firstWaitMs = 1_000;
const waitAtMostMs = 15_000;
/** Only while the broker is there: about five minutes. */
const triesAtMost = 20;

const keyOf = (instanceId: InstanceId, seq: number): string => `${instanceId}/${seq}`;

/** Lifecycle events that could not be sent: written down with the next batch, retried with backoff. Only so many are remembered; the rest is read back. */
export class UnsentEvents {
  static readonly remembered = 5_000;
  private readonly events = new Map<string, UnsentEvent>();
  /** Too many to be remembered: only written down. */
  private beyond: UnsentEvent[] = [];
  private done: { instanceId: InstanceId; token: number }[] = [];
  private isMoreStored = false;

  /** @returns false when it was tried often enough: it is given up */
  add(instanceId: InstanceId, seq: number, nowMs: number): boolean {
    const key = keyOf(instanceId, seq);
    const known = this.events.get(key);
    const tries = (known?.tries ?? 0) + 1;
    if (tries > triesAtMost) {
      this.settle(instanceId, seq);
      return false;
    }
    const retryAtMs = nowMs + Math.min(firstWaitMs * 2 ** (tries - 1), waitAtMostMs);
    const event = { instanceId, seq, tries, retryAtMs, isWritten: false };
    if (known !== undefined || this.events.size < UnsentEvents.remembered) this.events.set(key, event);
    else {
      this.beyond.push(event);
      this.isMoreStored = true;
    }
    return true;
  }

  /** Sent, or not to be sent any more. */
  settle(instanceId: InstanceId, seq: number): void {
    if (this.events.delete(keyOf(instanceId, seq))) this.done.push({ instanceId, token: seq });
  }

  /** As read from the store. */
  adopt(rows: readonly UnsentRow[], nowMs: number): void {
    for (const { instanceId, token, tries } of rows) {
      const key = keyOf(instanceId, token);
      if (!this.events.has(key)) this.events.set(key, { instanceId, seq: token, tries, retryAtMs: nowMs, isWritten: true });
    }
    this.isMoreStored = rows.length === UnsentEvents.remembered;
  }

  /** There is room for what is only stored; not while the store does not know yet what is done with. */
  get wantsMore(): boolean {
    return this.isMoreStored && !this.hasUnwritten && this.events.size < UnsentEvents.remembered / 2;
  }

  /** To be sent now: not handed out again before its outcome is known. */
  due(nowMs: number, limit: number): UnsentEvent[] {
    const due: UnsentEvent[] = [];
    for (const event of this.events.values()) {
      if (due.length === limit) break;
      if (event.retryAtMs > nowMs) continue;
      event.retryAtMs = Infinity;
      due.push(event);
    }
    return due;
  }

  get hasUnwritten(): boolean {
    if (this.done.length + this.beyond.length > 0) return true;
    for (const event of this.events.values()) if (!event.isWritten) return true;
    return false;
  }

  /** What the next batch must write. `nowMs` monotonic, `clockMs` by the database. */
  takeRows(
    partition: number,
    nowMs: number,
    clockMs: number,
  ): { unsent: UnsentRow[]; unsentDone: { instanceId: InstanceId; token: number }[] } {
    const fresh = [...this.beyond, ...this.events.values()].filter((event) => !event.isWritten);
    const unsent = fresh.map((event): UnsentRow => {
      event.isWritten = true;
      const { instanceId, seq, tries, retryAtMs } = event;
      const waitMs = retryAtMs === Infinity ? waitAtMostMs : retryAtMs - nowMs;
      return { instanceId, token: seq, isEvent: true, partition, tries, retryAt: Math.round(clockMs + waitMs) };
    });
    const unsentDone = this.done;
    this.beyond = [];
    this.done = [];
    return { unsent, unsentDone };
  }
}
