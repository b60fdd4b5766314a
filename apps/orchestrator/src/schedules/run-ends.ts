import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { EndsDoor } from '#libs/persistence';
import { OneAtATime } from './one-at-a-time.js';

const everyMs = 1_000;
/** Instances looked at a tick: with more of them open, each is looked at every few ticks. */
const atOnce = 500;

/** Sees how what triggers started has ended, and so how they fare. */
@Injectable()
export class RunEnds implements BeforeApplicationShutdown {
  private readonly logger = new Logger(RunEnds.name);
  private after: string | null = null;
  private readonly look = new OneAtATime(
    () => this.settleSome(),
    (error) => this.logger.warn(`ends of runs could not be looked at, next try at once: ${String(error)}`),
  );

  constructor(private readonly door: EndsDoor) {}

  @Interval(everyMs)
  tick(): Promise<void> {
    return this.look.run();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.look.close();
  }

  private async settleSome(): Promise<void> {
    const { after, disabled } = await this.door.settleEnds(this.after, atOnce);
    this.after = after;
    for (const trigger of disabled) this.logger.error({ msg: 'a trigger has disabled itself', trigger });
  }
}
