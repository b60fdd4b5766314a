import type { StepCommand } from '#libs/contracts';
import type { Delivery } from '#libs/messaging';
import { crashPoint } from '#libs/platform';
import { Attempt, attemptKey } from '../attempts/attempt.js';
import type { AttemptEnds } from '../attempts/attempt-ends.js';
import type { Claims } from '../attempts/claims.js';
import type { HeldAttempts } from '../attempts/held-attempts.js';
import { Lane } from '../attempts/lane.js';
import type { Lanes } from '../attempts/lanes.js';
import type { RecentAborts, RecentOutcomes } from '../attempts/recent-outcomes.js';
import { decodeWorkerMessage } from '../wire/decode.js';
import type { Clock } from '../worker/clock.js';
import type { CompletionSender } from '../worker/completion-sender.js';
import { HeldEnvelope } from './held-envelope.js';
import type { Patience } from './patience.js';

/** What to do with one command that arrived. */
type Verdict = 'run' | 'handBack' | 'cancelled';

/** Takes step commands in: new ones wait for a slot, repeats join what is held, redelivered envelopes go back to their owner. */
export class CommandIntake {
  isDraining = false;

  constructor(
    private readonly parts: {
      readonly held: HeldAttempts;
      readonly recent: RecentOutcomes;
      readonly aborts: RecentAborts;
      readonly ends: AttemptEnds;
      readonly lanes: Lanes;
      readonly claims: Claims;
      readonly sender: CompletionSender;
      readonly patience: Patience;
      readonly clock: Clock;
      readonly unreadable: (queue: string, reason: string) => void;
    },
  ) {}

  /**
   * @param source the consumer it came through; absent: that of the worker's own queue. This queue goes with its connection, nothing in it ever comes again,
   * so it is acknowledged at once: held back, commands that wait would keep from us the answers to claims behind them.
   */
  accept(delivery: Delivery, source: object = ownQueue): void {
    const message = decodeWorkerMessage(delivery.content);
    if (!message.ok) {
      delivery.settle('deadLetter');
      this.parts.unreadable(delivery.queue, message.reason);
    } else if (message.value.kind === 'claimAnswers') {
      for (const answer of message.value.items) this.parts.claims.answered(answer);
      delivery.settle('ack');
    } else if (source === ownQueue) {
      this.takeIn({ redelivered: false, settle: () => undefined }, message.value.items, source);
      delivery.settle('ack');
    } else this.takeIn(delivery, message.value.items, source);
  }

  private takeIn(delivery: Pick<Delivery, 'redelivered' | 'settle'>, commands: readonly StepCommand[], source: object): void {
    const envelope = new HeldEnvelope(delivery, commands.length, source, this.parts.patience.sweep);
    for (const command of commands) {
      if (!this.isRepeat(command, envelope, delivery.redelivered)) this.hold(command, envelope, delivery.redelivered);
    }
    crashPoint('command.received');
    this.parts.lanes.pump();
    this.parts.patience.watch(envelope);
  }

  /** A command that is held already, or ended here not long ago, is not begun a second time. */
  private isRepeat(command: StepCommand, envelope: HeldEnvelope, redelivered: boolean): boolean {
    const key = attemptKey(command);
    const held = this.parts.held.get(key);
    if (held !== undefined && held.phase !== 'returning') {
      held.join(envelope);
      return true;
    }
    const ended = this.parts.recent.get(key);
    if (ended === undefined) return false;
    // The owner sent it again although the broker had the outcome: the broker must have lost it. The same delivery again only lost its ack.
    if (command.delivery > ended.delivery && !redelivered)
      this.parts.sender.send(ended.partition, ended.text, () => envelope.settleOne());
    else envelope.settleOne();
    return true;
  }

  private hold(command: StepCommand, envelope: HeldEnvelope, redelivered: boolean): void {
    const { held, ends, clock } = this.parts;
    const lane = this.parts.lanes.of(command.queue, command.task);
    const attempt = new Attempt(command, lane ?? unserved, envelope);
    envelope.attempts.push(attempt);
    held.add(attempt);
    const verdict = this.verdict(attempt, lane !== undefined, redelivered);
    if (verdict === 'run') attempt.lane.push(attempt);
    else if (verdict === 'handBack') ends.handBack(attempt);
    else ends.cancelled(attempt, clock.nowMs());
  }

  private verdict(attempt: Attempt, isServed: boolean, redelivered: boolean): Verdict {
    if (this.parts.aborts.has(attempt.key)) return 'cancelled';
    // Redelivered: another worker may have begun it, so the owner says what is still open. Unserved: bound here by mistake.
    if (redelivered || this.isDraining || !isServed) return 'handBack';
    return this.parts.lanes.fits(attempt) ? 'run' : 'handBack';
  }
}

/** Stands for the consumer of the worker's own queue, whichever it is: what came through it is not lost with it. */
const ownQueue = {};
/** Stands in where the task of a command is not served here; nothing ever waits in it. */
const unserved = new Lane({ task: '', queue: '', contract: { name: '' }, invoke: () => null }, 1);
