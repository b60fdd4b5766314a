import type { ClaimAnswer } from '#libs/contracts';
import { crashPoint } from '#libs/platform';
import { claimItem } from '../wire/partition-items.js';
import type { Clock } from '../worker/clock.js';
import type { CompletionSender } from '../worker/completion-sender.js';
import { type Attempt, attemptKey } from './attempt.js';
import type { AttemptEnds } from './attempt-ends.js';
import type { HeldAttempts } from './held-attempts.js';
import type { Lanes } from './lanes.js';

/** A claim without an answer is sent again after this long. */
export const claimRepeatMs = 2_000;

/** Asks the owner before a claimed command runs. The slot is taken first, so that what is granted begins at once. */
export class Claims {
  constructor(
    private readonly parts: {
      readonly held: HeldAttempts;
      readonly ends: AttemptEnds;
      readonly sender: CompletionSender;
      readonly lanes: Lanes;
      readonly clock: Clock;
      readonly worker: string;
      readonly run: (attempt: Attempt) => void;
    },
  ) {}

  /** @param attempt has a slot */
  ask(attempt: Attempt): void {
    attempt.phase = 'claiming';
    this.send(attempt);
  }

  answered(answer: ClaimAnswer): void {
    const attempt = this.parts.held.get(attemptKey(answer));
    if (attempt?.phase !== 'claiming') return;
    attempt.callOff?.();
    if (answer.granted) {
      crashPoint('claim.granted');
      attempt.settle(); // from here on the owner watches the claim, not the broker the delivery
      crashPoint('claim.acknowledged');
      this.parts.run(attempt);
      return;
    }
    this.parts.ends.drop(attempt);
    this.parts.lanes.release(attempt);
  }

  private send(attempt: Attempt): void {
    const { sender, clock, worker } = this.parts;
    sender.send(attempt.command.partition, claimItem(attempt.command, worker), () => {
      crashPoint('claim.sent');
      if (attempt.phase !== 'claiming') return;
      attempt.callOff = clock.after(claimRepeatMs, () => attempt.phase === 'claiming' && this.send(attempt));
    });
  }
}
