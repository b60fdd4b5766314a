import type { InstanceId } from '#libs/engine';
import type { LockAddress, LockStore } from '#libs/persistence';
import { crashPoint } from '#libs/platform';

/** Keys whose requests are to be looked at: each is once more after it was last named, however often that was. */
export class LockTurns {
  private readonly waiting = new Map<string, LockAddress>();
  private isRunning = false;

  /** @param onPermit called when somebody waits for a permit that comes back at `freeAt`, epoch ms of the database */
  constructor(
    private readonly locks: LockStore,
    private readonly onPermit: (key: LockAddress, freeAt: number) => void,
  ) {}

  add(keys: readonly LockAddress[]): void {
    for (const key of keys) this.waiting.set(placeOf(key), key);
  }

  /** Does nothing while another call is at it. @returns instances that have something in their inbox */
  async run(): Promise<InstanceId[]> {
    if (this.isRunning) return [];
    this.isRunning = true;
    try {
      const all: InstanceId[] = [];
      for (const [place, address] of this.waiting) {
        this.waiting.delete(place);
        const { told, nextFreeAt } = await this.locks.grant(address);
        if (told.length > 0) crashPoint('lock.granted');
        all.push(...told);
        if (nextFreeAt !== undefined) this.onPermit(address, nextFreeAt);
      }
      return all;
    } finally {
      this.isRunning = false;
    }
  }
}

export const placeOf = ({ tenant, key }: LockAddress): string => `${tenant}/${key}`;
