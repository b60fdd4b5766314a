import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DataFault, DefinitionStore, type DueSchedule, ScheduleDoor, type SettledSchedule } from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import { PlanCache } from '../definitions/plan-cache.js';
import { WantedVersions } from '../definitions/wanted-versions.js';
import { CompiledSchedules } from './compiled-schedules.js';
import { DueWork } from './due-work.js';
import { Nudges } from './nudges.js';
import { broken, settleSchedule } from './settle-schedule.js';

const everyMs = 250;
const clockCheckMs = 30_000;
/** A clock that was put back by less is waited for. */
const backAtLeastMs = 60_000;
/** In one transaction. */
const atOnce = 20;
const roundsAtMost = 25;

/**
 * Starts what schedules say, in every orchestrator alike: whoever takes a schedule that is due decides it. The tick only looks; what
 * counts is the database's clock and the lock of the schedule's row.
 */
@Injectable()
export class Schedules implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Schedules.name);
  private readonly compiled = new CompiledSchedules();
  private readonly due = new DueWork({
    name: 'schedules',
    dueIn: () => this.door.dueIn(),
    settleSome: () => this.settleSome(),
    roundsAtMost,
  });

  constructor(
    private readonly door: ScheduleDoor,
    private readonly definitions: DefinitionStore,
    private readonly plans: PlanCache,
    private readonly nudges: Nudges,
  ) {}

  @Interval(everyMs)
  tick(): Promise<void> {
    return this.due.tick();
  }

  @Interval(clockCheckMs)
  async checkClock(): Promise<void> {
    const woken = await this.door.wakeTooFar(backAtLeastMs).catch(() => 0);
    if (woken > 0) this.logger.warn(`the clock of the database was put back: ${woken} schedules go on from where it is now`);
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.due.close();
  }

  /** @returns whether more may be due */
  private async settleSome(): Promise<boolean> {
    try {
      return await this.settle(atOnce, this.decide);
    } catch (error) {
      if (!(error instanceof DataFault)) throw error;
      return this.settleOne();
    }
  }

  /** One of them cannot be stored: it must not hold up the others. */
  private async settleOne(): Promise<boolean> {
    try {
      return await this.settle(1, this.decide);
    } catch (error) {
      if (!(error instanceof DataFault)) throw error;
      return this.settle(1, (due) => Promise.resolve(due.map((one) => broken(one, error.message))));
    }
  }

  private async settle(most: number, decide: Parameters<ScheduleDoor['settleDue']>[1]): Promise<boolean> {
    const { looked, started, cancelled, disabled } = await this.door.settleDue(most, decide);
    if (looked > 0) crashPoint('schedule.committed');
    for (const trigger of disabled) this.logger.error({ msg: 'a trigger has disabled itself', trigger });
    this.nudges.send([...started, ...cancelled]);
    return looked === most;
  }

  private readonly decide = async (due: readonly DueSchedule[]): Promise<SettledSchedule[]> => {
    const versions = new WantedVersions(this.definitions, this.plans);
    const settled: SettledSchedule[] = [];
    for (const one of due) settled.push(await settleSchedule(one, this.compiled, versions));
    if (due.length > 0) crashPoint('schedule.decided');
    return settled;
  };
}
