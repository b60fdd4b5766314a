import { codeOf, type NewIncident } from './incident.js';

/** Only what strangers cause by sending; what happens to an instance of ours is written each time. */
const ofStrangers: ReadonlySet<string> = new Set([
  'unreadable',
  'refusedCommand',
  'refusedMessage',
  'refusedHook',
  'failingCommand',
  'failingMessage',
]);
const minuteMs = 60_000;

/** What has been too much in one minute. */
export interface Excess {
  /** Names the minute and the sort. */
  readonly key: string;
  readonly kind: string;
  /** The code the reasons begin with, or nothing. */
  readonly code: string;
  /** Beyond those that were written. */
  count: number;
  /** A row says that there are more. */
  isWritten: boolean;
}

type Counted = Pick<NewIncident, 'kind' | 'reason' | 'code'>;

/** Counts incidents by kind and code; a producer gone wrong must not fill the table. */
export class IncidentCap {
  private minute = -1;
  private readonly written = new Map<string, number>();
  private readonly excesses = new Map<string, Excess>();

  constructor(
    private readonly aMinute: number,
    /** Distinguishes this process from others that count, too. */
    private readonly counter: string,
  ) {}

  /** @returns the excess this one belongs to and has been added to; nothing when it is to be written by itself */
  add(incident: Counted, nowMs: number): Excess | undefined {
    const { kind } = incident;
    if (!ofStrangers.has(kind)) return undefined;
    const minute = Math.floor(nowMs / minuteMs);
    if (minute !== this.minute) this.begin(minute);
    const code = codeOf(incident) ?? '';
    const sort = `${kind}:${code}`;
    const before = this.written.get(sort) ?? 0;
    this.written.set(sort, before + 1);
    if (before < this.aMinute) return undefined;
    const excess = this.excesses.get(sort) ?? {
      key: `more:${sort}:${minute}:${this.counter}`,
      kind,
      code,
      count: 0,
      isWritten: false,
    };
    this.excesses.set(sort, excess);
    excess.count += 1;
    return excess;
  }

  /** One that was to be written could not be: it will come again, and must not have used up the room. */
  giveBack(incident: Counted): void {
    const sort = `${incident.kind}:${codeOf(incident) ?? ''}`;
    const before = this.written.get(sort) ?? 0;
    if (before > 0) this.written.set(sort, before - 1);
  }

  private begin(minute: number): void {
    this.minute = minute;
    this.written.clear();
    this.excesses.clear();
  }
}
