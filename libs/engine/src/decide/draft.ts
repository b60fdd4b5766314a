import { apply } from '../apply/apply.js';
import type { AuditEvent, AuditEventData, AuditEventOf, AuditEventType } from '../model/audit-event.js';
import type { DecisionContext } from '../model/message.js';
import type { Plan } from '../model/plan.js';
import type { InstanceState } from '../state/instance-state.js';

/** A decision in the making: each emitted event is applied to a fork of the state at once, so that the next thought sees it. */
export class Draft {
  readonly events: AuditEvent[] = [];
  /** What was open when the instance began to close has been told to stop. */
  hasStopped = false;
  readonly state: InstanceState;

  constructor(
    readonly plan: Plan,
    state: InstanceState,
    readonly context: DecisionContext,
  ) {
    this.state = state.fork();
  }

  get nowMs(): number {
    return this.context.nowMs;
  }

  /** Time by the relative clocks of the instance, which stand still while it is paused. */
  get clockMs(): number {
    return this.state.pausedAt ?? this.context.nowMs;
  }

  /** Was the attempt of this token decided upon only now? Its command leaves when this is stored, if it is still open then. */
  hasScheduled(token: number): boolean {
    return token >= (this.context.unsentFrom ?? this.events[0]?.seq ?? Infinity);
  }

  emit<T extends AuditEventType>(type: T, data: AuditEventData[T], path?: string, attempt?: number): void {
    const event: Writable = {
      seq: this.state.seq + 1,
      generation: this.state.generation + (opensGeneration.has(type) ? 1 : 0),
      type,
      data: stored(type, data),
      at: this.nowMs,
    };
    if (path !== undefined) event.path = path;
    if (attempt !== undefined) event.attempt = attempt;
    apply(this.plan, this.state, event as AuditEvent);
    this.events.push(event as AuditEvent);
  }
}

type Writable = { -readonly [K in keyof AuditEventOf<AuditEventType>]: AuditEventOf<AuditEventType>[K] };

const opensGeneration: ReadonlySet<AuditEventType> = new Set(['instanceStartedAgain', 'instanceRetried']);

/** Members that events of a type have been seen to have, sorted: to sort them for every event costs more than all else about it. */
const membersOf = new Map<AuditEventType, string[]>();

/** Stored JSON has no `undefined`, and its members are sorted: what is decided must equal what is read back, and is written fastest so. */
function stored<D extends object>(type: AuditEventType, data: D): D {
  let members = membersOf.get(type) ?? [];
  for (const name in data) if (!members.includes(name)) membersOf.set(type, (members = [...members, name].sort()));
  const kept: Record<string, unknown> = {};
  for (const name of members) {
    const value = (data as Record<string, unknown>)[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept as D;
}
