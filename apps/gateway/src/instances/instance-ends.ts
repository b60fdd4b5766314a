import { Injectable } from '@nestjs/common';
import type { Instance, Started } from '#libs/contracts';
import { isEnded } from '#libs/engine';
import { EndWatch } from './end-watch.js';
import { InstanceReader } from './instance-reader.js';

export type Ending =
  { readonly isEnded: true; readonly instance: Instance } | { readonly isEnded: false; readonly started: Started };

/** How instances end, for those who wait for it. */
@Injectable()
export class InstanceEnds {
  constructor(
    private readonly ends: EndWatch,
    private readonly reader: InstanceReader,
  ) {}

  /**
   * The wait begins before the instance is looked at: an end in between would be told to nobody.
   * @param signal nobody waits any more
   * @throws ApiProblem INSTANCE_NOT_FOUND
   */
  async endOf(id: string, timeoutMs: number, signal: AbortSignal): Promise<Ending> {
    const stop = new AbortController();
    const ended = this.ends.wait(id.toLowerCase(), timeoutMs, AbortSignal.any([stop.signal, signal]));
    try {
      let head = await this.reader.head(id);
      if (!isEnded(head.status)) {
        await ended;
        head = await this.reader.head(id);
      }
      if (isEnded(head.status)) return { isEnded: true, instance: await this.reader.present(head) };
      const { status, definition, version } = head;
      return { isEnded: false, started: { id: head.id, status, definition, version } };
    } finally {
      stop.abort();
    }
  }
}
