import { apply } from '../apply/apply.js';
import type { AuditEvent, AuditEventData, AuditEventType } from '../model/audit-event.js';
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
    const event = {
      seq: this.state.seq + 1,
      generation: this.state.generation + (opensGeneration.has(type) ? 1 : 0),
      type,
      ...(path !== undefined && { path }),
      ...(attempt !== undefined && { attempt }),
      data: withoutUndefined(data),
      at: this.nowMs,
    } as unknown as AuditEvent;
    apply(this.plan, this.state, event);
    this.events.push(event);
  }
}

const opensGeneration: ReadonlySet<AuditEventType> = new Set(['instanceStartedAgain', 'instanceRetried']);

/** Stored JSON has no `undefined`; what is decided must equal what is read back. */
function withoutUndefined<D extends object>(data: D): D {
  const kept = Object.entries(data).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as D;
}
