import { Logger } from '@nestjs/common';
import { NextLook } from './next-look.js';
import { OneAtATime } from './one-at-a-time.js';

/** What comes due, and how some of it is settled. */
interface DueKind {
  /** Plural, for the log. */
  readonly name: string;
  /** ms until the next one is due. */
  readonly dueIn: () => Promise<number>;
  /** One transaction. @returns whether more may be due */
  readonly settleSome: () => Promise<boolean>;
  /** Transactions a tick: those that remain due are for the next one, here or elsewhere. */
  readonly roundsAtMost: number;
}

/** Settles what is due, a few transactions a tick; what breaks off is tried again on the next one. */
export class DueWork {
  private readonly logger = new Logger(DueWork.name);
  private readonly next = new NextLook(() => this.kind.dueIn());
  private readonly look = new OneAtATime(
    () => this.settle(),
    (error) => this.logger.warn(`${this.kind.name} could not be looked at, next try at once: ${String(error)}`),
  );

  constructor(private readonly kind: DueKind) {}

  tick(): Promise<void> {
    return this.look.run();
  }

  close(): Promise<void> {
    return this.look.close();
  }

  private async settle(): Promise<void> {
    if (!(await this.next.isDue())) return;
    const { roundsAtMost, settleSome } = this.kind;
    for (let round = 1; round <= roundsAtMost && !this.look.isClosed; round++) if (!(await settleSome())) return;
  }
}
