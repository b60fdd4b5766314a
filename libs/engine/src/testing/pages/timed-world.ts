import { openEmits } from '../../effects/effects.js';
import { eventOutcome } from '../../effects/event-outcome.js';
import type { ReasonFacts } from '../../effects/reason.js';
import { stepCommand } from '../../effects/step-command.js';
import type { ReceivedEvent } from '../../model/audit-event.js';
import type { Json } from '../../model/json.js';
import type { VirtualCommand, VirtualShell } from '../virtual-shell.js';
import { VirtualWorld } from '../virtual-world.js';
import { KeyedEvents } from './keyed-events.js';
import type { Behaviour } from './read-script.js';

interface Attempt {
  readonly shell: VirtualShell;
  readonly command: VirtualCommand;
  readonly endsAt: number;
  readonly end: () => void;
  readonly isDeaf: boolean;
}

/** What the handler of this attempt does; by the path and the task of the step. */
export type Behave = (path: string, task: string) => Behaviour;

export interface Conditions {
  /** Before everything that is done the orchestrator dies, and begins with what it finds. */
  readonly crashes?: 'replay' | 'snapshot';
  /** Every report of a worker comes twice, and after it one that says the contrary. */
  readonly repeats?: boolean;
  /** Do live workers serve the tasks? */
  readonly isServed?: boolean;
}

/** Monday, so that examples can name days. */
const startsAt = Date.parse('2026-01-05T09:00:00Z');

/** A world whose handlers take time, stop when they are told to, and end at the time-out of their attempt; with events by key. */
export class TimedWorld extends VirtualWorld {
  /** Attempts begun, in order. */
  readonly ran: { shell: VirtualShell; path: string }[] = [];
  private readonly attempts: Attempt[] = [];
  /** Tokens of all instances: enough to tell what has been begun. */
  private readonly running: Set<number>;
  private readonly seen = new Map<VirtualShell, number>();
  private readonly told = new Map<VirtualShell, number>();
  private readonly keyed = new KeyedEvents(this.instances);
  private events = 0;
  private untilMs = Infinity;

  constructor(
    definitions: Record<string, object>,
    private readonly behave: Behave,
    private readonly conditions: Conditions = {},
  ) {
    const running = new Set<number>();
    super(definitions, {
      isServed: conditions.isServed ?? true,
      runs: (token) => (running.has(token) ? 'worker' : undefined),
    });
    this.running = running;
    this.nowMs = startsAt;
  }

  get reasonFacts(): ReasonFacts {
    return {
      isServed: () => this.conditions.isServed ?? true,
      runningOn: (token) => (this.running.has(token) ? 'worker' : undefined),
    };
  }

  get now(): number {
    return this.nowMs;
  }

  /** Everything due by then happens. */
  runUntil(nowMs: number): void {
    this.untilMs = nowMs;
    this.run();
    if (nowMs !== Infinity) this.turnTo(nowMs);
  }

  /** Everything due before happens; what comes from outside at that moment comes first then. */
  runUpTo(nowMs: number): void {
    this.runUntil(nowMs - 1);
    this.turnTo(nowMs);
  }

  received(name: string, payload: Json, key?: string): ReceivedEvent {
    return { id: `e${(this.events += 1)}`, name, payload, at: this.nowMs, ...(key !== undefined && { key }) };
  }

  sendByKey(event: ReceivedEvent): { matched: number; kept: number } {
    return this.keyed.send(event);
  }

  protected override work(): boolean {
    const { crashes } = this.conditions;
    if (crashes !== undefined) for (const shell of this.instances.values()) shell.crash(crashes);
    if (this.stopAborted() || this.answerEmits() || this.keyed.offerKept()) return true;
    for (const shell of this.instances.values()) {
      const next = this.seen.get(shell) ?? 0;
      const command = shell.commands[next];
      if (command === undefined) continue;
      this.seen.set(shell, next + 1);
      this.begin(shell, command);
      return true;
    }
    const done = this.attempts.findIndex(({ endsAt }) => endsAt <= this.nowMs);
    if (done < 0) return false;
    this.attempts.splice(done, 1)[0]!.end();
    return true;
  }

  /** What a handler reports at that moment comes before the clocks that fire then. */
  protected override passTime(): boolean {
    const endsAt = Math.min(...this.attempts.map((attempt) => attempt.endsAt));
    const dueAt = this.nextClock()?.at ?? Infinity;
    const nextAt = Math.min(endsAt, dueAt);
    if (nextAt === Infinity || nextAt > this.untilMs) return false;
    if (dueAt < endsAt) return super.passTime();
    this.turnTo(endsAt);
    return true;
  }

  private begin(shell: VirtualShell, command: VirtualCommand): void {
    const { path, token } = command;
    if (shell.state.step(path).token !== token) return;
    if (shell.aborted.includes(token)) return void shell.fail(command, 'CANCELLED');
    const { task, input, timeoutMs, claimed } = stepCommand(shell.plan, shell.state, path);
    const behaviour = this.behave(path, task);
    if (behaviour.isUnserved) return;
    this.ran.push({ shell, path });
    this.running.add(token);
    if (claimed || behaviour.isLost) shell.tell({ type: 'claim', path, token, claimant: 'worker' });
    const isLate = behaviour.takesMs > timeoutMs;
    const end = isLate ? () => void shell.fail(command, 'TIMED_OUT') : () => void this.end(shell, command, behaviour, input);
    const endsAt = this.nowMs + Math.min(behaviour.takesMs, timeoutMs);
    this.attempts.push({ shell, command, endsAt, end, isDeaf: behaviour.isDeaf ?? false });
  }

  private end(shell: VirtualShell, command: VirtualCommand, behaviour: Behaviour, input: Json): void {
    this.report(shell, command, behaviour, input);
    if (!this.conditions.repeats) return;
    this.report(shell, command, behaviour, input);
    if (behaviour.failure) shell.complete(command, 'after all');
    else shell.fail(command, 'AFTER_ALL');
  }

  private report(shell: VirtualShell, command: VirtualCommand, { output, failure, isLost }: Behaviour, input: Json): void {
    if (isLost) shell.tell({ type: 'lost', ...command, code: 'WORKER_LOST' });
    else if (failure) shell.fail(command, failure.code, failure.retryable);
    else shell.complete(command, output === undefined ? input : output);
  }

  /** @returns has a handler been stopped? */
  private stopAborted(): boolean {
    for (const shell of this.instances.values()) {
      const from = this.told.get(shell) ?? 0;
      this.told.set(shell, shell.aborted.length);
      const tokens = shell.aborted.slice(from);
      const stopped = this.attempts.filter((one) => one.shell === shell && tokens.includes(one.command.token) && !one.isDeaf);
      for (const attempt of stopped) this.stop(attempt);
      if (stopped.length > 0) return true;
    }
    return false;
  }

  private stop(attempt: Attempt): void {
    this.attempts.splice(this.attempts.indexOf(attempt), 1);
    attempt.shell.fail(attempt.command, 'CANCELLED');
  }

  private answerEmits(): boolean {
    for (const shell of this.instances.values()) {
      const [effect] = openEmits(shell.state);
      if (effect?.kind !== 'emit') continue;
      const { path, token, event } = effect;
      shell.tell({ type: 'emitted', path, token, output: event === undefined ? null : this.deliver(event) });
      return true;
    }
    return false;
  }

  private deliver({ name, key, instance, payload }: { name: string; key?: string; instance?: string; payload: Json }): Json {
    const event = this.received(name, payload, key);
    if (instance === undefined) return this.sendByKey(event);
    const decision = this.get(instance).tell({ type: 'event', event });
    const outcome = decision.accepted ? eventOutcome(event.id, decision.events) : 'dropped';
    return { matched: outcome === 'matched' ? 1 : 0, kept: outcome === 'kept' ? 1 : 0 };
  }
}
