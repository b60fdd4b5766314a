import { Inject, Injectable } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { ChaosReport } from '#libs/contracts';
import { verifyThese } from '#libs/persistence';
import { ROOT_LOGGER, type RootLogger } from '#libs/platform';
import { toIso } from '../http/times.js';

const instancesAtMost = 500;
/** Between two looks, ms, until the run is settled; then one more. */
const everyMs = 10_000;

interface Look {
  readonly run: string;
  readonly atMs: number;
  readonly isLast: boolean;
  readonly result: ChaosReport['verify'];
}

/** Verifies the instances that were hit, beside whoever reads the report: it shows the last result there is. */
@Injectable()
export class ChaosVerifier {
  private latest: Look | undefined;
  private isLooking = false;

  constructor(
    @Inject(getDataSourceToken()) private readonly dataSource: DataSource,
    @Inject(ROOT_LOGGER) private readonly logger: RootLogger,
  ) {}

  forget(): void {
    this.latest = undefined;
  }

  /** @param ids newest first @param isLast nothing more comes of the run */
  result(run: string, ids: readonly string[], isLast: boolean): ChaosReport['verify'] {
    const last = this.latest?.run === run ? this.latest : undefined;
    const isDue = last === undefined || (!last.isLast && (isLast || performance.now() - last.atMs >= everyMs));
    if (isDue && !this.isLooking && ids.length > 0) void this.look(run, ids.slice(0, instancesAtMost), isLast);
    return last?.result ?? null;
  }

  private async look(run: string, ids: readonly string[], isLast: boolean): Promise<void> {
    this.isLooking = true;
    try {
      const { checked, violations } = await verifyThese(this.dataSource, ids);
      if (violations.length > 0)
        this.logger.error({ violations: violations.slice(0, 10) }, 'instances that chaos mode has hit are not right');
      const result = { checked, violations: violations.length, at: toIso(Date.now()) };
      this.latest = { run, atMs: performance.now(), isLast, result };
    } catch (error) {
      this.logger.debug({ err: error }, 'instances that were hit cannot be verified now'); // the database may be what is cut
    } finally {
      this.isLooking = false;
    }
  }
}
