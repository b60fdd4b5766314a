import { apply } from '../apply/apply.js';
import { advance, decide } from '../decide/decide.js';
import { effects } from '../effects/effects.js';
import type { AuditEvent } from '../model/audit-event.js';
import type { InstanceId } from '../model/instance-id.js';
import type { Json } from '../model/json.js';
import { isEnded } from '../model/lifecycle.js';
import type { Decision, DecisionContext, Message, Send } from '../model/message.js';
import type { Plan } from '../model/plan.js';
import { nextDueAt } from '../state/clocks.js';
import { type InstanceState, newState } from '../state/instance-state.js';
import { fromSnapshot, toSnapshot } from '../state/snapshot.js';
import type { JsonObject } from '../model/json.js';

/** A command as a virtual worker sees it. */
export interface VirtualCommand {
  readonly path: string;
  readonly token: number;
}

export interface ShellOptions {
  readonly draw?: () => number;
  /** Commands a decision may send; the others go to the backlog. */
  readonly room?: number;
  readonly ids?: () => string;
  readonly isKnownTask?: (task: string) => boolean;
  /** Does a worker serve the tasks? */
  readonly isServed?: boolean;
  /** Decisions of one slice. */
  readonly slice?: number;
  /** Who is known to have begun an attempt that was sent. */
  readonly runs?: (token: number) => string | undefined;
}

export interface Told {
  readonly message: Message;
  readonly nowMs: number;
  /** Of the children it asked for. */
  readonly ids: readonly string[];
  /** Commands sent before. */
  readonly sent: number;
  readonly decision: Decision;
}

/**
 * Orchestrator, broker and clock for one instance, in memory and in virtual time: what the real shell does, without any I/O.
 * Tests drive it message by message and may lose, repeat or reorder whatever they like.
 */
export class VirtualShell {
  readonly history: AuditEvent[] = [];
  readonly commands: VirtualCommand[] = [];
  readonly aborted: number[] = [];
  readonly sent: Send[] = [];
  /** Every message that came, accepted or not, and what it was decided by: with these it is decided alike again. */
  readonly told: Told[] = [];
  state: InstanceState;
  nowMs = 1_000_000;
  private made = 1_000;

  constructor(
    readonly plan: Plan,
    readonly options: ShellOptions = {},
    readonly id = '01890000-0000-7000-8000-000000000001' as InstanceId,
  ) {
    this.state = newState(id);
  }

  start(input: Json = {}): Decision {
    return this.tell({ type: 'start', input, checksum: 'c' });
  }

  /** What a decision depends on now, or depended on when it was made. @param ids filled with those given to children asked for */
  context(then: Pick<Told, 'nowMs' | 'ids' | 'sent'> = this.now(), ids: string[] = []): DecisionContext {
    const { room = Infinity, draw = () => 0.5, isServed = true, runs = () => undefined, slice } = this.options;
    const known = then.ids.values();
    const sent = new Set(this.commands.slice(0, then.sent).map(({ token }) => token));
    let taken = 0;
    return {
      nowMs: then.nowMs,
      draw,
      newId: () => {
        const id = known.next().value ?? this.newId();
        ids.push(id);
        return id;
      },
      admit: () => (taken++ < room ? 1 : undefined),
      ...(this.options.isKnownTask && { isKnownTask: this.options.isKnownTask }),
      ...(slice !== undefined && { decisionsAtMost: slice }),
      isServed: () => isServed,
      runningOn: (token) => (sent.has(token) ? runs(token) : undefined),
    };
  }

  private now(): Pick<Told, 'nowMs' | 'ids' | 'sent'> {
    return { nowMs: this.nowMs, ids: [], sent: this.commands.length };
  }

  private newId(): string {
    return this.options.ids?.() ?? `01890000-0000-7000-8000-${String((this.made += 1)).padStart(12, '0')}`;
  }

  tell(message: Message): Decision {
    const ids: string[] = [];
    const now = this.now();
    const advanced = advance(this.plan, this.state, message, this.context(now, ids));
    const decision: Decision = advanced.accepted ? { accepted: true, events: advanced.events } : advanced;
    this.told.push({ ...now, message, ids, decision });
    if (!advanced.accepted) return decision;
    this.sent.push(...advanced.sends);
    const { events } = advanced;
    this.history.push(...events);
    for (const effect of effects(this.state, events)) {
      if (effect.kind === 'command') this.commands.push({ path: effect.path, token: effect.token });
      if (effect.kind === 'abort') this.aborted.push(effect.token);
    }
    return decision;
  }

  /** Something comes from outside. */
  event(name: string, payload: Json = null): Decision {
    return this.tell({ type: 'event', event: { id: `e${(this.made += 1)}`, name, payload, at: this.nowMs } });
  }

  complete({ path, token }: VirtualCommand, output: Json = null): Decision {
    return this.tell({ type: 'stepCompleted', path, token, output, worker: 'w', startedAt: this.nowMs });
  }

  fail({ path, token }: VirtualCommand, code = 'BOOM', retryable = true): Decision {
    return this.tell({
      type: 'stepFailed',
      path,
      token,
      failure: { code, message: code, retryable },
      worker: 'w',
      startedAt: this.nowMs,
    });
  }

  /** Everything in the backlog goes out. */
  dispatchQueued(): void {
    const steps = [...this.state.open.keys()]
      .map((path) => ({ path, step: this.state.step(path) }))
      .filter(({ step }) => step.status === 'scheduled' && step.incarnation === undefined)
      .map(({ path, step }) => ({ path, token: step.token! }));
    if (steps.length > 0) this.tell({ type: 'dispatch', steps, incarnation: 1 });
  }

  /** When it must be looked at by itself. */
  dueAt(): number | undefined {
    return isEnded(this.state.status) ? undefined : nextDueAt(this.state);
  }

  /** Lets time pass to the next clock and fires it. @returns false when nothing is due by itself */
  passTime(): boolean {
    const dueAt = this.dueAt();
    if (dueAt === undefined) return false;
    this.nowMs = Math.max(this.nowMs, dueAt);
    this.tell({ type: 'wake' });
    return true;
  }

  /** The process dies: state comes back from the audit log alone, or from a snapshot of it. */
  crash(how: 'replay' | 'snapshot'): void {
    if (how === 'snapshot')
      this.state = fromSnapshot(this.plan, this.id, JSON.parse(JSON.stringify(toSnapshot(this.state))) as JsonObject);
    else {
      this.state = newState(this.id);
      for (const event of JSON.parse(JSON.stringify(this.history)) as AuditEvent[]) apply(this.plan, this.state, event);
    }
  }

  /** It dies between deciding and the commit: nothing of the decision is left, and the state comes back from the log. */
  tellInVain(message: Message): void {
    decide(this.plan, this.state, message, this.context());
    this.crash('replay');
  }

  /** The open commands as the log knows them: what a new owner would send again. */
  openCommands(): VirtualCommand[] {
    return [...this.state.open.keys()]
      .map((path) => ({ path, step: this.state.step(path) }))
      .filter(
        ({ step }) =>
          (step.status === 'scheduled' || step.status === 'running' || step.status === 'cancelling') &&
          step.incarnation !== undefined,
      )
      .map(({ path, step }) => ({ path, token: step.token! }));
  }
}
