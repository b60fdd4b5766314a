import { totalmem } from 'node:os';

/** Memory of this process and the machine under it, bytes; handed in so that tests are exact. */
export interface MemorySource {
  /** What the container allows, or the machine has. */
  total(): number;
  /** What could still be used. */
  available(): number;
}

export const systemMemory: MemorySource = {
  total: () => {
    const machine = totalmem();
    const container = process.constrainedMemory(); // 0, or beyond all bounds, where nothing constrains
    return container > 0 && container < machine ? container : machine;
  },
  available: () => process.availableMemory(),
};

/** What steps that ask for memory have taken of it. Nothing measures what a step uses: what it asked for counts until it ends. */
export class MemoryBudget {
  readonly total: number;
  private taken = 0;

  /** @param configured bytes; then what the machine has at the moment does not matter */
  constructor(
    private readonly configured: number | undefined,
    private readonly source: MemorySource = systemMemory,
  ) {
    this.total = configured ?? source.total();
  }

  hasRoom(bytes: number): boolean {
    return bytes === 0 || this.taken + bytes <= this.total;
  }

  /** @param bytes negative: they are free again */
  take(bytes: number): void {
    this.taken += bytes;
  }

  /** What the next step may ask for, bytes. */
  get free(): number {
    const promised = this.total - this.taken;
    const there = this.configured === undefined ? Math.min(this.source.available(), promised) : promised;
    return Math.max(0, Math.floor(there));
  }
}
