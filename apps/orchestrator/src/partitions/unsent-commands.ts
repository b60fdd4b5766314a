import type { InstanceId } from '#libs/engine';
import type { UnsentRow } from '#libs/persistence';

export interface UnsentCommand {
  readonly instanceId: InstanceId;
  readonly token: number;
  tries: number;
  /** Monotonic ms. */
  retryAtMs: number;
  isWritten: boolean;
}

const firstWaitMs = 1_000;
const waitAtMostMs = 15_000;

/** Commands that could not be sent: written down with the next batch, retried with backoff while their attempt is open. */
export class UnsentCommands {
  private readonly commands = new Map<string, UnsentCommand>();
  private done: { instanceId: InstanceId; token: number }[] = [];

  /** A command was returned or is unconfirmed. */
  add(instanceId: InstanceId, token: number, nowMs: number): void {
    const key = `${instanceId}/${token}`;
    const tries = (this.commands.get(key)?.tries ?? 0) + 1;
    const retryAtMs = nowMs + Math.min(firstWaitMs * 2 ** (tries - 1), waitAtMostMs);
    this.commands.set(key, { instanceId, token, tries, retryAtMs, isWritten: false });
  }

  /** From the store, at a take-over. */
  adopt({ instanceId, token, tries }: UnsentRow, nowMs: number): void {
    this.commands.set(`${instanceId}/${token}`, { instanceId, token, tries, retryAtMs: nowMs, isWritten: true });
  }

  /** Sent, or its attempt is no longer open. @returns whether it was unsent before */
  settle(instanceId: InstanceId, token: number): boolean {
    if (!this.commands.delete(`${instanceId}/${token}`)) return false;
    this.done.push({ instanceId, token });
    return true;
  }

  get size(): number {
    return this.commands.size;
  }

  /** Known to be unsent, or being sent again: nobody has lost it. */
  has(instanceId: InstanceId, token: number): boolean {
    return this.commands.has(`${instanceId}/${token}`);
  }

  /** The broker is back: waiting any longer would serve nobody. */
  retryNow(nowMs: number): void {
    for (const command of this.commands.values()) if (command.retryAtMs !== Infinity) command.retryAtMs = nowMs;
  }

  hasDue(nowMs: number): boolean {
    for (const command of this.commands.values()) if (command.retryAtMs <= nowMs) return true;
    return false;
  }

  due(nowMs: number, limit: number): UnsentCommand[] {
    return [...this.commands.values()].filter((command) => command.retryAtMs <= nowMs).slice(0, limit);
  }

  /** What the next batch must write. `nowMs` monotonic, `clockMs` by the database. */
  takeRows(
    partition: number,
    nowMs: number,
    clockMs: number,
  ): { unsent: UnsentRow[]; unsentDone: { instanceId: InstanceId; token: number }[] } {
    const unsent: UnsentRow[] = [];
    for (const command of this.commands.values()) {
      if (command.isWritten) continue;
      command.isWritten = true;
      const { instanceId, token, tries, retryAtMs } = command;
      const waitMs = retryAtMs === Infinity ? 0 : retryAtMs - nowMs; // already being sent again, before it was ever written down
      unsent.push({ instanceId, token, isEvent: false, partition, tries, retryAt: Math.round(clockMs + waitMs) });
    }
    const unsentDone = this.done;
    this.done = [];
    return { unsent, unsentDone };
  }

  get hasUnwritten(): boolean {
    if (this.done.length > 0) return true;
    for (const command of this.commands.values()) if (!command.isWritten) return true;
    return false;
  }
}
