import type { Delivery } from '#libs/messaging';
import { crashPointAfterWrites } from '#libs/platform';
import type { Attempt } from '../attempts/attempt.js';

/** One delivery of step commands, acknowledged when nothing of it is owed any more. */
export class HeldEnvelope {
  /** Those of its items that were taken in, begun or not. */
  readonly attempts: Attempt[] = [];
  /** Sweep in which the first of them began. */
  firstBegunSweep?: number;
  private owed: number;

  constructor(
    private readonly delivery: Pick<Delivery, 'settle'>,
    /** Items it carries. */
    readonly size: number,
    /** The consumer it came through; when that is lost, so is the right to settle it. */
    readonly source: object,
    /** Sweep in which it arrived. */
    readonly arrivedSweep: number,
  ) {
    this.owed = size;
  }

  /** One item less is owed; the last one acknowledges the delivery. */
  settleOne(): void {
    this.owed -= 1;
    if (this.owed > 0) return;
    this.delivery.settle('ack');
    crashPointAfterWrites('completion.acknowledged');
  }
}
