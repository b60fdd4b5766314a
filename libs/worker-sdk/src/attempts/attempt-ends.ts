import type { LogLine } from '#libs/contracts';
import type { Failure } from '#libs/engine';
import { crashPoint } from '#libs/platform';
import { failedItem, returnedItem } from '../wire/partition-items.js';
import type { CompletionSender } from '../worker/completion-sender.js';
import { AttemptAborted } from '../handlers/task-failure.js';
import type { Attempt } from './attempt.js';
import { failure } from './failure-of.js';
import type { HeldAttempts } from './held-attempts.js';
import type { RecentOutcomes } from './recent-outcomes.js';

/**
 * The ways out of holding a command: answered, handed back, dropped. Its deliveries are settled only when the owner's queue has what is
 * owed for it. Slots are not its concern.
 */
export class AttemptEnds {
  /** Completed and failed attempts so far. */
  finished = 0;

  constructor(
    private readonly held: HeldAttempts,
    private readonly recent: RecentOutcomes,
    private readonly sender: CompletionSender,
    private readonly worker: string,
  ) {}

  /** Sends the outcome. @param text item of the partition envelope */
  answer(attempt: Attempt, text: string): void {
    attempt.phase = 'answering';
    const { partition, delivery } = attempt.command;
    this.finished += 1;
    this.sender.send(partition, text, () => {
      this.recent.remember(attempt.key, { delivery, partition, text });
      this.release(attempt);
    });
  }

  /** Sends a failure of an attempt that was not begun, or that is given up. */
  fail(attempt: Attempt, reason: Failure, startedAt: number, lines?: readonly LogLine[]): void {
    this.answer(attempt, failedItem(attempt.command, { worker: this.worker, startedAt }, reason, lines));
  }

  /** An attempt aborted before it began: the owner may be waiting for its end. */
  cancelled(attempt: Attempt, nowMs: number): void {
    const { code, message } = new AttemptAborted('cancelled');
    this.fail(attempt, failure(code, message, false), nowMs);
  }

  /** Gives the command back to its owner, unrun. */
  handBack(attempt: Attempt): void {
    attempt.phase = 'returning';
    this.sender.send(attempt.command.partition, returnedItem(attempt.command, this.worker), () => {
      crashPoint('return.confirmed');
      this.release(attempt);
    });
  }

  /** Nothing is owed for it but the acknowledgement: its claim was refused. */
  drop(attempt: Attempt): void {
    this.release(attempt);
  }

  /** Its delivery went with its channel and will come again, perhaps elsewhere. */
  lose(attempt: Attempt): void {
    attempt.phase = 'gone';
    this.held.remove(attempt);
  }

  private release(attempt: Attempt): void {
    attempt.phase = 'gone';
    this.held.remove(attempt);
    attempt.settle();
  }
}
