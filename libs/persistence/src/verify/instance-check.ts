import { type AuditEvent, canonicalJson, isEnded, type Json, LogJudge, type Plan, toSnapshot } from '#libs/engine';
import { eventOf, type LoadedRow } from '../events/load-statement.js';
import type { InstanceHead } from '../ports.js';
import { refOf, refsIn, refsOrNone } from '../payloads/stored-json.js';
import { compareHead } from './compare-head.js';
import { childrenOf, compareWaits, type WaitFacts } from './compare-waits.js';
import type { Findings } from './findings.js';
import type { Invariant } from './violation.js';

export type EventRow = Pick<LoadedRow, 'id' | 'seq' | 'generation' | 'type' | 'path' | 'attempt' | 'content' | 'at'> & {
  readonly schemaVersion: number;
};

/** Of audit events: what this version writes and reads. */
const SCHEMA_VERSION = 1;

/** Folds the log of one instance, event by event, holds it to the rules of logs, and compares the fold with what is stored. */
export class InstanceCheck {
  private readonly judge: LogJudge | undefined;
  private rows = 0;
  /** Something is wrong that makes whatever follows meaningless. */
  private isBroken = false;
  private tellSnapshot = true;

  /** @param plan or why there is none */
  constructor(
    readonly head: InstanceHead,
    private readonly snapshot: { readonly seq: number; readonly state: string } | undefined,
    private readonly plan: Plan | string,
    private readonly findings: Findings,
  ) {
    if (typeof plan !== 'string') this.judge = new LogJudge(plan, head.id, findings.seen);
  }

  /** @param contents of the payloads it names, as far as they are stored */
  take(row: EventRow, contents: ReadonlyMap<string, string>): void {
    this.rows += 1;
    if (this.isBroken) return;
    if (row.seq !== this.rows) return this.breakAt(row.seq, 'I10', `expected event ${this.rows} of the log, found ${row.seq}`);
    if (this.judge === undefined) return;
    const event = this.read(row, contents);
    if (event === undefined) return;
    this.folding(row.seq, this.judge, (judge) => {
      const before = judge.breaches.length;
      judge.take(event);
      for (const { invariant, rule, seq, what } of judge.breaches.slice(before))
        this.wrong(invariant, seq, `${what} (it ${rule})`);
      if (row.seq === this.snapshot?.seq) this.compareSnapshot(this.snapshot);
    });
  }

  /** After the last event. */
  end(): void {
    const { head, findings, rows, plan } = this;
    findings.check('I10');
    findings.check('I21');
    if (this.isBroken) return;
    if (rows === 0 && head.seq > 0) return this.breakAt(null, 'I21', `its log of ${head.seq} events is gone`);
    if (rows !== head.seq)
      return this.breakAt(Math.min(rows, head.seq) + 1, 'I10', `the log ends with event ${rows}, the state is as of ${head.seq}`);
    if (rows > 0 && typeof plan === 'string') return this.breakAt(1, 'I16', plan);
    findings.check('I11');
    if (this.judge === undefined) return; // it has not begun, so nothing needs its definition yet
    this.folding(head.seq, this.judge, ({ state }) => {
      for (const { invariant, message } of compareHead(head, state))
        this.wrong(invariant, invariant === 'I16' ? 1 : head.seq, message);
    });
    if (this.snapshot !== undefined && this.tellSnapshot)
      this.wrong('I11', null, `there is a snapshot of event ${this.snapshot.seq}, the log ends with ${rows}`);
  }

  /** @param wakeup its row; absent: there is none */
  compareWaits(wakeup: { readonly work: string } | undefined, facts: WaitFacts): void {
    const { head } = this;
    this.findings.check('I7');
    if ((wakeup === undefined) !== isEnded(head.status)) {
      const found = wakeup === undefined ? 'no wake-up row: nothing would ever move it' : 'a wake-up row although it has ended';
      return this.wrong('I7', null, `${head.status}, ${found}`);
    }
    if (this.isBroken || this.judge === undefined || wakeup === undefined) return;
    this.folding(head.seq, this.judge, ({ state }) => {
      for (const message of compareWaits(state, facts, wakeup.work)) this.wrong('I7', null, message);
    });
  }

  /** Ids of those it waits for. */
  children(): string[] {
    const found: string[] = [];
    if (!this.isBroken && this.judge !== undefined)
      this.folding(this.head.seq, this.judge, ({ state }) => found.push(...childrenOf(state)));
    return found;
  }

  /** Data that are written over may be read, and yet be of another shape than those who fold them take for granted. */
  private folding(seq: number, judge: LogJudge, work: (judge: LogJudge) => void): void {
    try {
      work(judge);
    } catch (error) {
      this.breakAt(seq, 'I11', `the log cannot be folded: ${reasonOf(error)}`);
    }
  }

  private read(row: EventRow, contents: ReadonlyMap<string, string>): AuditEvent | undefined {
    if (row.schemaVersion > SCHEMA_VERSION) {
      this.breakAt(
        row.seq,
        'I11',
        `it was written by a newer version (schema ${row.schemaVersion}, this version reads ${SCHEMA_VERSION})`,
      );
      return undefined;
    }
    try {
      return eventOf(row, contents);
    } catch (error) {
      const gone = refsOrNone(() => refsIn([row.content])).find((ref) => !contents.has(ref.ref));
      if (gone === undefined) this.breakAt(row.seq, 'I11', `its data cannot be read: ${reasonOf(error)}`);
      else
        this.breakAt(row.seq, 'I21', `the payload ${refOf({ instanceId: this.head.id, sha256: gone.sha256 })} it names is gone`);
      return undefined;
    }
  }

  private compareSnapshot({ seq, state }: { readonly seq: number; readonly state: string }): void {
    this.tellSnapshot = false;
    if (state === JSON.stringify(toSnapshot(this.judge!.state))) return;
    try {
      if (canonicalJson(JSON.parse(state) as Json) === canonicalJson(toSnapshot(this.judge!.state))) return;
    } catch {
      // what is no JSON is not the fold either
    }
    this.wrong('I11', seq, 'the snapshot is not the fold of the log up to there');
  }

  private breakAt(seq: number | null, invariant: Invariant, message: string): void {
    this.isBroken = true;
    this.wrong(invariant, seq, message);
  }

  private wrong(invariant: Invariant, seq: number | null, message: string): void {
    this.findings.wrong({ invariant, instanceId: this.head.id, seq, message });
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
