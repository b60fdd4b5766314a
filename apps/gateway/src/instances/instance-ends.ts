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
   * @param begun  it was started just now: there is nothing to look at yet
   * @throws ApiProblem INSTANCE_NOT_FOUND
   */
  async endOf(id: string, timeoutMs: number, signal: AbortSignal, begun?: Started): Promise<Ending> {
    const wait = this.ends.wait(id.toLowerCase(), timeoutMs, signal);
    try {
      if (begun === undefined && isEnded((await this.reader.head(id)).status)) wait.stop();
      await wait.over;
      const record = await this.reader.record(id);
      const { status, definition, version } = record.head;
      if (isEnded(status)) return { isEnded: true, instance: await this.reader.present(record) };
      return { isEnded: false, started: { id: record.head.id, status, definition, version } };
    } finally {
      wait.stop();
    }
  }
}
