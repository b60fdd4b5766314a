/**
 * Who may own partitions: those with the broker when anybody has it, else everybody (they keep sweeping).
 */
export function candidates(alive: readonly { id: string; hasBroker: boolean }[]): string[] {
  const connected = alive.filter((one) => one.hasBroker);
  return (connected.length > 0 ? connected : alive).map((one) => one.id).sort();
}
