import { Injectable } from '@nestjs/common';
import type { InstanceId } from '#libs/engine';
import { type NewStart, NewStartDoor } from '#libs/persistence';

const mostAtOnce = 200;
/** Statements under way at once: one that does not answer holds up only those it is about. */
const lanes = 2;
/** SQLSTATE of a statement that was ended because it took too long; others may be quicker. */
const tookTooLong = '57014';

interface Waiting {
  readonly start: NewStart;
  readonly done: (isStored: boolean) => void;
  readonly failed: (error: unknown) => void;
}

/** Stores single starts, from whichever door, together: while statements are under way, those that come wait for the next one. */
@Injectable()
export class NewStarts {
  private readonly waiting: Waiting[] = [];
  private underWay = 0;

  constructor(private readonly door: NewStartDoor) {}

  /** @returns false when it is not new in every respect, or might not be: nothing was stored */
  store(start: NewStart): Promise<boolean> {
    return new Promise((done, failed) => {
      this.waiting.push({ start, done, failed });
      if (this.underWay < lanes) void this.storeWaiting();
    });
  }

  /** Those of one request. @returns ids of those that were stored */
  storeAll(starts: readonly NewStart[]): Promise<ReadonlySet<InstanceId>> {
    return this.door.insert(starts);
  }

  private async storeWaiting(): Promise<void> {
    this.underWay += 1;
    while (this.waiting.length > 0) {
      const together = this.takeDistinct();
      try {
        const stored = await this.door.insert(together.map(({ start }) => start));
        for (const { start, done } of together) done(stored.has(start.row.id));
      } catch (error) {
        // When the database is away, those who came meanwhile would only wait as long to hear the same.
        const others = (error as { code?: unknown }).code === tookTooLong ? [] : this.waiting.splice(0);
        for (const { failed } of [...together, ...others]) failed(error);
      }
    }
    this.underWay -= 1;
  }

  /** Twins are left for the next statement, which finds the first one there. */
  private takeDistinct(): Waiting[] {
    const names = new Set<string>();
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    for (const one of this.waiting.splice(0)) {
      const { row, request } = one.start;
      const own = request === undefined ? [row.id] : [row.id, request.key];
      if (taken.length === mostAtOnce || own.some((name) => names.has(name))) left.push(one);
      else taken.push(one);
      for (const name of own) names.add(name);
    }
    this.waiting.push(...left);
    return taken;
  }
}
