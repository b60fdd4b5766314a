import type { LiveInstance, RunningStep, TopicMessage } from '#libs/contracts';
import { type AuditEvent, isEnded } from '#libs/engine';
import { ApiProblem } from '../http/api-problem.js';
import { toEventItem } from '../instances/present-event.js';
import type { StreamPage } from './stream-pages.js';
import type { Outlet, Topic } from './topic.js';

/** Of the first message, when nobody knows how large they are. */
const firstEvents = 50;

export interface InstanceTopicOptions {
  readonly ref: string;
  readonly id: string;
  /** Seq of the last event the client has. */
  readonly since: number;
  readonly outlet: Outlet;
  readonly head: () => Promise<LiveInstance | undefined>;
  readonly events: (after: number, limit: number) => Promise<StreamPage>;
  /** Steps begun by a worker and not yet in the log. */
  readonly running: () => readonly RunningStep[];
  /** Calls back when something about this instance may be new; returns the function that ends it. */
  readonly onNudge: (nudge: () => void) => () => void;
}

/**
 * `instance`: the complete stream of one instance, ordered by seq and read from PostgreSQL; messages of owners only nudge.
 * A client that is too slow simply gets the rest later: nothing is left out, nothing is kept here.
 */
export class InstanceTopic implements Topic {
  private sent: number;
  /** Events of the next message. */
  private pageSize = firstEvents;
  private head: LiveInstance | undefined;
  private toldRunning = '[]';
  private toldHead = '';
  private isFirst = true;
  /** From the beginning: a nudge that comes while it starts must not read beside the first reading. */
  private isPumping = true;
  private isNudged = false;
  private isStopped = false;
  private isHeldUp = false;
  private end: (() => void) | undefined;

  constructor(private readonly options: InstanceTopicOptions) {
    this.sent = options.since;
  }

  async start(): Promise<void> {
    this.end = this.options.onNudge(() => this.nudge());
    this.head = await this.options.head();
    if (!this.head)
      throw new ApiProblem('INSTANCE_NOT_FOUND', `expected the id of an instance, but there is none with ${this.options.id}`);
    if (this.sent > this.head.seq) this.sent = 0; // The client knows more than there is: another database. It starts anew.
    await this.pump();
  }

  stop(): void {
    this.isStopped = true;
    this.end?.();
  }

  resume(): void {
    if (!this.isHeldUp) return;
    this.isHeldUp = false;
    this.nudge();
  }

  /** Seq of the last event the client was sent. */
  get seq(): number {
    return this.sent;
  }

  /** Ended, and all of it was told: nothing more will come by itself. */
  get isComplete(): boolean {
    return this.head !== undefined && isEnded(this.head.status) && this.sent >= this.head.seq;
  }

  private nudge(): void {
    this.isNudged = true;
    if (this.isPumping || this.isStopped || this.isHeldUp) return;
    // A failed read (database away) is tried again with the next nudge; the poll sees to it that there is one.
    this.pump().catch(() => undefined);
  }

  private async pump(): Promise<void> {
    this.isPumping = true;
    try {
      do {
        this.isNudged = false;
        await this.readOn();
      } while (this.isNudged && !this.isStopped && !this.isHeldUp);
    } finally {
      this.isPumping = false;
    }
  }

  private async readOn(): Promise<void> {
    if (!this.isFirst) this.head = (await this.options.head()) ?? this.head;
    for (;;) {
      const { events, isFull, nextSize } = await this.options.events(this.sent, this.pageSize);
      if (this.isStopped || !this.tell(events) || !isFull) return;
      this.pageSize = nextSize;
    }
  }

  /** @returns false when the client cannot take it now; it is read again later */
  private tell(events: readonly AuditEvent[]): boolean {
    const running = JSON.stringify(this.options.running());
    const head = JSON.stringify(this.head);
    if (!this.isFirst && events.length === 0 && running === this.toldRunning && head === this.toldHead) return true;
    const after = this.sent;
    const seq = events.at(-1)?.seq ?? after;
    const { ref, id } = this.options;
    const message: TopicMessage = {
      type: this.isFirst ? 'snapshot' : 'delta',
      topic: 'instance',
      ref,
      id,
      seq,
      after,
      events: events.map(toEventItem),
      ...((this.isFirst || running !== this.toldRunning) && { running: [...this.options.running()] }),
      ...(head !== this.toldHead && { head: this.head }),
    };
    if (!this.options.outlet.send(message)) {
      this.isHeldUp = true;
      return false;
    }
    this.isFirst = false;
    this.sent = seq;
    this.toldRunning = running;
    this.toldHead = head;
    return true;
  }
}
