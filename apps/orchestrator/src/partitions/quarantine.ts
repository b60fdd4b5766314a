import type { InstanceId } from '#libs/engine';
import type { Input } from './inputs.js';

const restMs = 60_000;
const convictsAtMost = 1_000;

/**
 * Inputs the database refused, and instances that are left alone for a while so that they hold up nobody else (their incident tells why).
 */
export class Quarantine {
  private readonly until = new Map<InstanceId, number>();
  private readonly convicts = new Map<string, string>();
  /** Those with something in their inbox that came meanwhile. */
  private readonly holding = new Set<InstanceId>();

  add(id: InstanceId): void {
    this.until.set(id, performance.now() + restMs);
  }

  /** Somebody asks to look at it again. */
  lift(id: InstanceId): void {
    this.until.delete(id);
  }

  has(id: InstanceId): boolean {
    const until = this.until.get(id);
    if (until === undefined) return false;
    if (performance.now() < until) return true;
    this.until.delete(id);
    return false;
  }

  /** What came for it is in its inbox. */
  holds(id: InstanceId): void {
    this.holding.add(id);
  }

  /** Those that are left alone now. */
  ids(): InstanceId[] {
    return [...this.until.keys()].filter((id) => this.has(id));
  }

  /** @returns whether it is left alone no longer, and its inbox must be read before anything else is decided */
  takesUp(id: InstanceId): boolean {
    return this.holding.has(id) && !this.has(id);
  }

  /** What was in its inbox is decided and committed; unless it is left alone again. */
  tookUp(id: InstanceId): void {
    if (!this.has(id)) this.holding.delete(id);
  }

  /** Somebody else owns these now, and sees for himself. */
  forget(isTheirs: (id: InstanceId) => boolean): void {
    for (const ids of [this.until, this.holding]) for (const id of ids.keys()) if (isTheirs(id)) ids.delete(id);
  }

  /**
   * A completion whose output cannot be stored becomes a failed attempt when it comes again.
   * @returns false when there is nothing to be made of this input, or it was tried before
   */
  convict(input: Input, reason: string): boolean {
    const key = keyOf(input);
    if (key === undefined || this.convicts.has(key)) return false;
    if (this.convicts.size >= convictsAtMost) this.convicts.delete(this.convicts.keys().next().value!);
    this.convicts.set(key, reason);
    return true;
  }

  /** The input as it is to be taken. */
  sentence(input: Input): Input {
    if (this.convicts.size === 0) return input;
    const reason = this.convicts.get(keyOf(input) ?? '');
    if (reason === undefined || input.kind !== 'message' || input.message.type !== 'stepCompleted') return input;
    const { path, token, worker, startedAt } = input.message;
    const failure = { code: 'OUTPUT_INVALID', message: `the output could not be stored: ${reason}`, retryable: false };
    return { ...input, message: { type: 'stepFailed', path, token, worker, startedAt, failure } };
  }
}

function keyOf(input: Input): string | undefined {
  if (input.kind !== 'message' || input.message.type !== 'stepCompleted') return undefined;
  return `${input.instanceId}/${input.message.token}`;
}
