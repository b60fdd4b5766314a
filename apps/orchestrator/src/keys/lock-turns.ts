import type { InstanceId } from '#libs/engine';
import type { LockAddress, LockStore } from '#libs/persistence';

/** Keys whose locks are to be granted: each is looked at once more after it was last named, however often that was. */
export class LockTurns {
  private readonly waiting = new Map<string, LockAddress>();
  private isRunning = false;

  constructor(private readonly locks: LockStore) {}

  add(keys: readonly LockAddress[]): void {
    for (const key of keys) this.waiting.set(`${key.tenant}/${key.key}`, key);
  }

  /** Does nothing while another call is at it. @returns instances that have a grant in their inbox */
  async run(): Promise<InstanceId[]> {
    if (this.isRunning) return [];
    this.isRunning = true;
    try {
      const told: InstanceId[] = [];
      for (const [place, address] of this.waiting) {
        this.waiting.delete(place);
        told.push(...(await this.locks.grant(address)));
      }
      return told;
    } finally {
      this.isRunning = false;
    }
  }
}
