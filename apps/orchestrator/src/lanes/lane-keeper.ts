import { Inject, Injectable, Logger } from '@nestjs/common';
import { LaneSettling, OperatorLog, type LaneAnswer, type LaneClaims, type LaneRow, type Settlement } from '#libs/persistence';
import { CONFIG, type Config, crashPoint } from '#libs/platform';
import { OrchestratorMetrics } from '../metrics/orchestrator-metrics.js';
import type { Partition } from '../partitions/partition.js';
import { DatabaseClock } from '../time/database-clock.js';
import { LaneBook } from './lane-book.js';
import type { Claim } from './lane-limits.js';
import { laneNeed } from './lane-need.js';

/** Between looks at what the partitions need, in memory only, ms. */
const lookEveryMs = 20;
/** Between rounds of asking while somebody waits for slots or has some to give back, ms. */
const askEveryMs = 40;
/** Between rounds while everybody has what it needs, ms: others must see that we are there. */
const tellEveryMs = 1_000;
/** A change of settings reaches us within, ms. */
const readEveryMs = 500;
const afterFailureMs = 500;

interface Asked extends LaneClaims {
  readonly row: LaneRow;
  readonly by: readonly { readonly partition: Partition; readonly claim: Claim }[];
}

/** Reads the settings of queues and tasks, asks the actors of their limits for slots and tokens, and tells the partitions of this process. */
@Injectable()
export class LaneKeeper {
  private readonly logger = new Logger(LaneKeeper.name);
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private isAsking = false;
  private readAtMs = -Infinity;
  private askedAtMs = -Infinity;
  private partitions: () => readonly Partition[] = () => [];

  constructor(
    private readonly book: LaneBook,
    private readonly settling: LaneSettling,
    private readonly operatorLog: OperatorLog,
    private readonly clock: DatabaseClock,
    private readonly metrics: OrchestratorMetrics,
    @Inject(CONFIG) private readonly config: Pick<Config, 'topology'>,
  ) {}

  /** Reads the settings before anything is dispatched. */
  async start(partitions: () => readonly Partition[]): Promise<void> {
    this.partitions = partitions;
    await this.book.load();
    this.readAtMs = performance.now();
    this.timer = setInterval(() => this.look(), lookEveryMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.round;
  }

  private look(): void {
    if (this.isAsking) return;
    const nowMs = performance.now();
    const isReadDue = nowMs - this.readAtMs >= readEveryMs;
    if (!isReadDue && (this.book.limited.length === 0 || nowMs - this.askedAtMs < askEveryMs)) return;
    this.isAsking = true;
    this.round = this.goRound(isReadDue, nowMs)
      .catch((error: unknown) => {
        this.askedAtMs = performance.now() + afterFailureMs;
        this.logger.warn(`limits of queues and tasks: ${String(error)}`);
      })
      .finally(() => (this.isAsking = false));
  }

  private async goRound(isReadDue: boolean, nowMs: number): Promise<void> {
    if (isReadDue) {
      this.readAtMs = nowMs;
      if (await this.book.load()) for (const partition of this.partitions()) partition.nudge();
    }
    const asked = this.collect();
    const isUrgent = asked.some(({ by }) => by.some(({ claim }) => claim.isUrgent));
    if (asked.length === 0 || (!isUrgent && nowMs - this.askedAtMs < tellEveryMs)) return;
    this.askedAtMs = nowMs;
    await this.ask(asked);
  }

  private collect(): Asked[] {
    const nowMs = this.clock.nowMs();
    const ready = this.partitions().filter((partition) => partition.isRecovered);
    return this.book.limited.flatMap((row): Asked[] => {
      const by = ready.flatMap((partition) => {
        const claim = partition.limits.claim(row, laneNeed(partition, row, nowMs), nowMs);
        return claim === undefined ? [] : [{ partition, claim }];
      });
      const { scope, name } = row;
      return by.length === 0 ? [] : [{ scope, name, row, by, claims: by.map(({ claim }) => claim.claim) }];
    });
  }

  private async ask(asked: readonly Asked[]): Promise<void> {
    const owners = new Map(asked.flatMap(({ by }) => by.map(({ partition }) => [partition.number, partition.lease.epoch])));
    const leases = [...owners].map(([partition, epoch]) => ({ partition, epoch }));
    let settlement: Settlement;
    try {
      settlement = await this.settling.settle({ topology: this.config.topology, leases }, asked);
    } catch (error) {
      for (const { row, by } of asked) for (const one of by) one.partition.limits.unheard(row, one.claim.claim);
      throw error;
    }
    crashPoint('slots.settled');
    this.clock.notBefore(settlement.at);
    this.book.take(
      settlement.lanes.map(({ row }) => row),
      false,
    );
    for (const answer of settlement.lanes) await this.tell(answer, asked, settlement.at);
    for (const partition of this.partitions()) partition.nudge();
  }

  private async tell(
    { scope, name, row, grants, breakerBefore }: LaneAnswer,
    asked: readonly Asked[],
    at: number,
  ): Promise<void> {
    const by = asked.find((one) => one.scope === scope && one.name === name)?.by ?? [];
    for (const grant of grants)
      by.find(({ partition }) => partition.number === grant.partition)?.partition.limits.told(row, grant, at);
    this.metrics.lane(
      row,
      grants.reduce((sum, { granted }) => sum + granted, 0),
    );
    if (breakerBefore === undefined) return;
    const { state, failuresInRow, opensUntil } = row.state;
    this.logger.warn(`circuit breaker of task "${name}": ${breakerBefore.state} → ${state}`);
    this.metrics.breakerMoved(name, state);
    const details = { from: breakerBefore.state, to: state, failuresInRow, ...(opensUntil !== null && { opensUntil }) };
    const action = { actor: 'orchestrator', action: `task.breaker.${state}`, target: `task ${name}`, details };
    await this.operatorLog.append(action).catch((error: unknown) => this.logger.warn(`operator log: ${String(error)}`));
  }
}
