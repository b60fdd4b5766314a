/** The outcome of an attempt that ended here not long ago. */
export interface RecentOutcome {
  /** The delivery it was run for. */
  readonly delivery: number;
  readonly partition: number;
  /** The item as it was sent. */
  readonly text: string;
}

const maxCount = 20_000;
const maxCharacters = 16 * 1024 * 1024;

/**
 * What ended lately. A command sent again after that (the broker lost the completion) is answered from here instead of being run a second time.
 *
 * Kept in two generations, the older of which is forgotten as a whole when the younger is full: taking single oldest entries out of a Map makes it look past
 * all those that were taken before, which cost half of a worker's time.
 */
export class RecentOutcomes {
  private young = new Map<string, RecentOutcome>();
  private old = new Map<string, RecentOutcome>();
  private characters = 0;

  /** @param limits of what is kept at least; at most it is twice as much */
  constructor(private readonly limits = { count: maxCount / 2, characters: maxCharacters / 2 }) {}

  get(key: string): RecentOutcome | undefined {
    return this.young.get(key) ?? this.old.get(key);
  }

  remember(key: string, outcome: RecentOutcome): void {
    this.young.set(key, outcome);
    this.characters += outcome.text.length;
    if (this.young.size < this.limits.count && this.characters < this.limits.characters) return;
    this.old = this.young;
    this.young = new Map();
    this.characters = 0;
  }
}

/** Tokens that were cancelled lately: a command that arrives after its abort is not begun. In two generations, as above. */
export class RecentAborts {
  private young = new Set<string>();
  private old = new Set<string>();

  /** @param count of what is kept at least; at most it is twice as much */
  constructor(private readonly count = maxCount / 2) {}

  has(key: string): boolean {
    return this.young.has(key) || this.old.has(key);
  }

  remember(key: string): void {
    this.young.add(key);
    if (this.young.size < this.count) return;
    this.old = this.young;
    this.young = new Set();
  }
}
