import type { AuditEvent } from '../model/audit-event.js';
import type { Plan } from '../model/plan.js';
import type { InstanceState } from '../state/instance-state.js';

/** Those of the invariants (docs/guarantees.md) that an audit log alone can break. */
export type LogInvariant = 'I3' | 'I9' | 'I12' | 'I13' | 'I14' | 'I15' | 'I16';

/** What a rule tells about a log. */
export interface Report {
  /** Another fact the rule is about: how often there was something to check. */
  seen(): void;
  /** @param what was expected or found, in words */
  wrong(event: AuditEvent, what: string): void;
}

/** Looks at a log while it is replayed; keeps no more than the generation at hand needs. */
export interface Watch {
  /** `state` is that before the event. */
  readonly before?: (event: AuditEvent, state: InstanceState) => void;
  readonly after?: (event: AuditEvent, state: InstanceState) => void;
}

/** What the log of every instance keeps to, whatever happened to the processes that wrote it. */
export interface LogRule {
  readonly invariant: LogInvariant;
  /** `it …` */
  readonly says: string;
  readonly watch: (plan: Plan, report: Report) => Watch;
}

export const isOf = <T extends AuditEvent['type']>(event: AuditEvent, ...types: T[]): event is Extract<AuditEvent, { type: T }> =>
  (types as string[]).includes(event.type);

const ends: ReadonlySet<string> = new Set(['stepCompleted', 'stepFailed', 'stepSkipped', 'stepBlocked', 'stepCancelled']);
const starts: ReadonlySet<string> = new Set(['stepScheduled', 'timerStarted', 'eventAwaited', 'askOpened', 'emitRequested', 'blockEntered', 'lockRequested', 'childRequested']); // prettier-ignore

/** Ends of a step. */
export const isStepEnd = (event: AuditEvent): boolean => ends.has(event.type);

/** Events by which a step begins: what waits for it, a worker or time is told from now on. */
export const isStepStart = (event: AuditEvent): boolean =>
  starts.has(event.type) || (event.type === 'lockGranted' && event.data.inherited !== undefined);

/** Remembers what was there before, until the next generation. */
export class Once<T> {
  private readonly known = new Set<T>();

  /** @returns false when it was there */
  add(value: T): boolean {
    return this.known.size !== this.known.add(value).size;
  }

  clear(): void {
    this.known.clear();
  }
}
