import type { LogInvariant } from '#libs/engine';

/** What `verify` holds a database to; docs/guarantees.md says how each is checked. */
export const invariants = {
  I3: 'one result of each attempt is applied',
  I6: 'every instance that was started is in exactly one state',
  I7: 'whatever is open has something that will move it on',
  I9: 'no step begins before its join is met, none twice',
  I10: 'the log is numbered 1 to n, up to the state',
  I11: 'the fold of the log is what is stored',
  I12: 'an end stays, but for a new generation',
  I13: 'undone is what was completed, newest first',
  I14: 'no timer fires early',
  I15: 'nothing begins after a cancel, and children are told',
  I16: 'one definition, version and checksum for life',
  I18: 'every decision is in the journal to be sent, and nothing else',
  I20: 'a slot of a schedule starts one instance at most',
  I21: 'nothing is purged that is open or still kept',
} as const satisfies Record<LogInvariant, string> & Record<string, string>;

export type Invariant = keyof typeof invariants;

export interface Violation {
  readonly invariant: Invariant;
  /** Null: it is about no single instance. */
  readonly instanceId: string | null;
  /** The first event that differs; null: no event does. */
  readonly seq: number | null;
  /** What was expected and what was found. */
  readonly message: string;
}

/** Facts looked at, and how many of them were wrong. */
export interface InvariantCount {
  readonly invariant: Invariant;
  readonly checked: number;
  readonly violated: number;
}
