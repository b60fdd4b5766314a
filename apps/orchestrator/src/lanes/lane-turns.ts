/** When lanes that share a limit had their last turn: a number that grows. */
export class LaneTurns {
  private readonly last = new Map<string, number>();
  private count = 0;

  note(lane: string): void {
    this.last.set(lane, (this.count += 1));
  }

  /** 0: never. */
  of(lane: string): number {
    return this.last.get(lane) ?? 0;
  }
}
