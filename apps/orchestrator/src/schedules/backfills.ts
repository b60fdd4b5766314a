import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { BackfillDoor, DefinitionStore } from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import { PlanCache } from '../definitions/plan-cache.js';
import { WantedVersions } from '../definitions/wanted-versions.js';
import { CompiledSchedules } from './compiled-schedules.js';
import { DueWork } from './due-work.js';
import { Nudges } from './nudges.js';
import { settleBackfill } from './settle-backfill.js';

const everyMs = 500;
/** Each of so many slots as are decided at once. */
const roundsAtMost = 5;

/** Works off backfills little by little; whoever comes next goes on from where the last one was. */
@Injectable()
export class Backfills implements BeforeApplicationShutdown {
  private readonly compiled = new CompiledSchedules();
  private readonly due = new DueWork({
    name: 'backfills',
    dueIn: () => this.door.dueIn(),
    settleSome: () => this.settleSome(),
    roundsAtMost,
  });

  constructor(
    private readonly door: BackfillDoor,
    private readonly definitions: DefinitionStore,
    private readonly plans: PlanCache,
    private readonly nudges: Nudges,
  ) {}

  @Interval(everyMs)
  tick(): Promise<void> {
    return this.due.tick();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.due.close();
  }

  private async settleSome(): Promise<boolean> {
    const versions = new WantedVersions(this.definitions, this.plans);
    const { looked, started, cancelled } = await this.door.settleDue((due) => settleBackfill(due, this.compiled, versions));
    if (looked > 0) crashPoint('backfill.committed');
    this.nudges.send([...started, ...cancelled]);
    return looked > 0;
  }
}
