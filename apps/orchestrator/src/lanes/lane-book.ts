import { Injectable } from '@nestjs/common';
import { laneKey, LaneStore, type LaneRow, type LaneScope } from '#libs/persistence';

/** What is set for queues and tasks, as last read; shared by all partitions of a process. */
@Injectable()
export class LaneBook {
  private rows = new Map<string, LaneRow>();
  /** Of those that limit something: most installations have none. */
  private limiting: readonly LaneRow[] = [];

  constructor(private readonly store: LaneStore) {}

  get isEmpty(): boolean {
    return this.rows.size === 0;
  }

  row(scope: LaneScope, name: string): LaneRow | undefined {
    return this.rows.get(laneKey({ scope, name }));
  }

  /** Lanes with a concurrency, a rate, or a breaker that opens by itself: slots and tokens are asked for, and ends told. */
  get limited(): readonly LaneRow[] {
    return this.limiting;
  }

  /** The default priority of a queue. */
  readonly priorityOf = (queue: string): number | undefined => this.row('queue', queue)?.priority ?? undefined;

  /** @returns whether anything is other than before */
  async load(): Promise<boolean> {
    return this.take(await this.store.list());
  }

  /** As they are now: all of them, or some that were just read. */
  take(rows: readonly LaneRow[], isAll = true): boolean {
    const before = JSON.stringify([...this.rows.values()]);
    if (isAll) this.rows = new Map();
    for (const row of rows) this.rows.set(laneKey(row), row);
    this.limiting = [...this.rows.values()].filter(isLimited);
    return before !== JSON.stringify([...this.rows.values()]);
  }
}

const isLimited = ({ concurrency, rate, breaker }: LaneRow): boolean =>
  concurrency !== null || rate !== null || breaker === 'auto';
