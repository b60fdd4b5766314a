/**
 * `gap`: seq is not 1 … n. `definition`: not registered, changed or does not compile. `replay`: the log cannot be folded.
 * `head`: the stored head differs from the fold. `snapshot`: so does the snapshot. `wakeup`: there is one too many or none.
 * `wait`: nothing is stored that could end the waiting of a step, or move the instance at all.
 * `orphan`: rows of an instance that does not exist.
 */
export type ViolationKind = 'gap' | 'definition' | 'replay' | 'head' | 'snapshot' | 'wakeup' | 'wait' | 'orphan';

export interface Violation {
  readonly instanceId: string;
  readonly kind: ViolationKind;
  /** What was expected and what was found. */
  readonly message: string;
}
