import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { BackfillDoor, DefinitionStore } from '#libs/persistence';
import { PlanCache } from '../definitions/plan-cache.js';
import { WantedVersions } from '../definitions/wanted-versions.js';
import { CompiledSchedules } from './compiled-schedules.js';
import { NextLook } from './next-look.js';
import { Nudges } from './nudges.js';
import { OneAtATime } from './one-at-a-time.js';
import { settleBackfill } from './settle-backfill.js';

const everyMs = 500;
/** Transactions a tick, each of so many slots as are decided at once. */
const roundsAtMost = 5;

/** Works off backfills little by little; whoever comes next goes on from where the last one was. */
@Injectable()
export class Backfills implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Backfills.name);
  private readonly compiled = new CompiledSchedules();
  private readonly next = new NextLook(() => this.door.dueIn());
  private readonly look = new OneAtATime(
    () => this.settleSome(),
    (error) => this.logger.warn(`backfills could not be looked at, next try at once: ${String(error)}`),
  );

  constructor(
    private readonly door: BackfillDoor,
    private readonly definitions: DefinitionStore,
    private readonly plans: PlanCache,
    private readonly nudges: Nudges,
  ) {}

  @Interval(everyMs)
  tick(): Promise<void> {
    return this.look.run();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.look.close();
  }

  private async settleSome(): Promise<void> {
    if (!(await this.next.isDue())) return;
    for (let round = 1; round <= roundsAtMost && !this.look.isClosed; round++) {
      const versions = new WantedVersions(this.definitions, this.plans);
      const { looked, started, cancelled } = await this.door.settleDue((due) => settleBackfill(due, this.compiled, versions));
      this.nudges.send([...started, ...cancelled]);
      if (looked === 0) return;
    }
  }
}
