import { apply } from '../apply/apply.js';
import type { AuditEvent } from '../model/audit-event.js';
import type { InstanceId } from '../model/instance-id.js';
import type { Plan } from '../model/plan.js';
import { type InstanceState, newState } from '../state/instance-state.js';
import type { LogInvariant, LogRule, Report, Watch } from './log-rule.js';
import { rulesOfClocks } from './rules-of-clocks.js';
import { rulesOfLives } from './rules-of-lives.js';
import { rulesOfSteps } from './rules-of-steps.js';
import { rulesOfUndoing } from './rules-of-undoing.js';

export const logRules: readonly LogRule[] = [...rulesOfSteps, ...rulesOfClocks, ...rulesOfLives, ...rulesOfUndoing];

/** An event that breaks a rule. */
export interface Breach {
  readonly invariant: LogInvariant;
  /** The rule, without `it`. */
  readonly rule: string;
  readonly seq: number;
  /** What is wrong with it, in words. */
  readonly what: string;
}

/** How often there was something to check, by invariant; several judges may count into one. */
export type Seen = Map<LogInvariant, number>;

type Look = (event: AuditEvent, state: InstanceState) => void;

/**
 * Replays the audit log of one instance and holds it to `logRules` on the way: O(1) an event, memory of one generation.
 * `state` is the fold of what was taken so far.
 */
export class LogJudge {
  readonly state: InstanceState;
  readonly breaches: Breach[] = [];
  private readonly before: Look[] = [];
  private readonly after: Look[] = [];

  constructor(
    private readonly plan: Plan,
    id: InstanceId,
    seen: Seen = new Map(),
  ) {
    this.state = newState(id);
    for (const rule of logRules) this.add(rule.watch(plan, this.reportTo(rule, seen)));
  }

  /** @throws RangeError when the event cannot follow: the log is damaged, or was written by a newer version */
  take(event: AuditEvent): void {
    for (const look of this.before) look(event, this.state);
    apply(this.plan, this.state, event);
    for (const look of this.after) look(event, this.state);
  }

  private add({ before, after }: Watch): void {
    if (before !== undefined) this.before.push(before);
    if (after !== undefined) this.after.push(after);
  }

  private reportTo({ invariant, says }: LogRule, seen: Seen): Report {
    return {
      seen: () => void seen.set(invariant, (seen.get(invariant) ?? 0) + 1),
      wrong: ({ seq }, what) => void this.breaches.push({ invariant, rule: says, seq, what }),
    };
  }
}
