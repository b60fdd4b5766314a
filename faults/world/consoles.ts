import type { LiveConnection } from '#libs/client';
import { OrquestraClient } from '#libs/client';
import { until } from '#libs/testing';
import { monoMs } from '../ledger/ledger-record.js';

/** A console as far as connections go: one live connection with a subscription, which comes back by itself. */
class Console {
  /** When it last got the whole truth, CLOCK_MONOTONIC ms. */
  snapshotAtMs = 0;
  /** What its subscription was refused with. */
  refusal: unknown;
  private readonly live: LiveConnection;

  constructor(baseUrl: string) {
    this.live = new OrquestraClient({ baseUrl }).live();
    void this.read().catch((error: unknown) => (this.refusal = error));
  }

  close(): void {
    this.live.close();
  }

  private async read(): Promise<void> {
    for await (const { type } of this.live.subscribe({ subscribe: 'stats' }))
      if (type === 'snapshot') this.snapshotAtMs = monoMs();
  }
}

/** Many of them. */
export class Consoles implements Disposable {
  private readonly all: readonly Console[];

  constructor(
    baseUrl: string,
    readonly count: number,
  ) {
    this.all = Array.from({ length: count }, () => new Console(baseUrl));
  }

  /** Resolves when each has got everything anew since then. @throws Error with how many have not */
  async fresh(sinceMs: number, withinMs: number): Promise<void> {
    const left = (): number => this.all.filter(({ snapshotAtMs }) => snapshotAtMs < sinceMs).length;
    if ((await until(() => (left() === 0 ? true : undefined), withinMs)) === undefined)
      throw new Error(
        `expected ${this.count} consoles to be back within ${withinMs / 1_000} s, but ${left()} are not: ${this.refusals()}`,
      );
  }

  private refusals(): string {
    return [...Map.groupBy(this.all, ({ refusal }) => String(refusal))]
      .map(([why, those]) => `${those.length} ${why}`)
      .join('; ');
  }

  [Symbol.dispose](): void {
    for (const one of this.all) one.close();
  }
}
