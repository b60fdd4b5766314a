import { Inject, Injectable } from '@nestjs/common';
import type { InstanceId } from '#libs/engine';
import { hintMessages, type Transport, TRANSPORT } from '#libs/messaging';
import { CONFIG, type Config, crashPointAfterWrites } from '#libs/platform';

/** Messages not yet confirmed; beyond them hints are left out, the owners' sweep (1 s) covers it. */
const maxOutstanding = 1_000;

/** "Look at your inbox" to the owners of instances. Best effort: what counts is in PostgreSQL already. */
@Injectable()
export class Hints {
  private outstanding = 0;
  private readonly waiting = new Set<InstanceId>();

  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(CONFIG) private readonly config: Pick<Config, 'partitions'>,
  ) {}

  /** Leaves at the end of this turn of the event loop, together with the others of it: a message for each partition. */
  send(ids: readonly InstanceId[]): void {
    if (ids.length === 0) return;
    if (this.waiting.size === 0) setImmediate(() => this.sendWaiting());
    for (const id of ids) this.waiting.add(id);
  }

  private sendWaiting(): void {
    const ids = [...this.waiting];
    this.waiting.clear();
    if (this.transport.state !== 'connected' || this.outstanding >= maxOutstanding) return;
    const messages = hintMessages(ids, this.config.partitions);
    this.outstanding += messages.length;
    crashPointAfterWrites('hint.sending');
    void this.transport
      .publish(messages)
      .catch(() => undefined)
      .finally(() => (this.outstanding -= messages.length));
  }
}
