import { Inject, Injectable } from '@nestjs/common';
import type { InstanceId } from '#libs/engine';
import { hintMessages, TRANSPORT, type Transport } from '#libs/messaging';
import { CONFIG, type Config } from '#libs/platform';

/** "Look at your inbox" to the owners of what was started. Best effort: they sweep. */
@Injectable()
export class Nudges {
  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(CONFIG) private readonly config: Pick<Config, 'partitions'>,
  ) {}

  send(ids: readonly InstanceId[]): void {
    if (ids.length === 0 || this.transport.state !== 'connected') return;
    void this.transport.publish(hintMessages(ids, this.config.partitions)).catch(() => undefined);
  }
}
