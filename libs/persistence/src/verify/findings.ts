import type { Seen } from '#libs/engine';
import { type Invariant, type InvariantCount, invariants, type Violation } from './violation.js';

/** The first so many violations are kept, the others counted. */
export const VIOLATIONS_KEPT = 1_000;

/** What has been checked and found so far. */
export class Findings {
  /** Of the rules for logs, counted by the engine. */
  readonly seen: Seen = new Map();
  readonly violations: Violation[] = [];
  instances = 0;
  events = 0;
  private readonly checked = new Map<Invariant, number>();
  private readonly violated = new Map<Invariant, number>();

  get found(): number {
    return [...this.violated.values()].reduce((sum, count) => sum + count, 0);
  }

  check(invariant: Invariant, facts = 1): void {
    this.checked.set(invariant, (this.checked.get(invariant) ?? 0) + facts);
  }

  wrong(violation: Violation): void {
    this.violated.set(violation.invariant, (this.violated.get(violation.invariant) ?? 0) + 1);
    if (this.violations.length < VIOLATIONS_KEPT) this.violations.push(violation);
  }

  counts(): InvariantCount[] {
    return (Object.keys(invariants) as Invariant[]).map((invariant) => ({
      invariant,
      checked: (this.checked.get(invariant) ?? 0) + (this.seen.get(invariant as never) ?? 0),
      violated: this.violated.get(invariant) ?? 0,
    }));
  }
}
