import { Inject, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Maintenance } from '#libs/persistence';
import { CONFIG, type Config } from '#libs/platform';

const everyMs = 3_600_000;

/** Once an hour: event partitions for the months to come, old journal rows, idempotency keys and step logs. Harmless from several orchestrators at once. */
@Injectable()
export class Housekeeping {
  private readonly logger = new Logger(Housekeeping.name);

  constructor(
    private readonly maintenance: Maintenance,
    @Inject(CONFIG) private readonly config: Pick<Config, 'stepLogDays'>,
  ) {}

  @Interval(everyMs)
  async sweep(): Promise<void> {
    try {
      this.logger.log({ msg: 'tables swept', ...(await this.maintenance.sweep(this.config)) });
    } catch (error) {
      this.logger.warn(`tables could not be swept, next try in an hour: ${String(error)}`);
    }
  }
}
