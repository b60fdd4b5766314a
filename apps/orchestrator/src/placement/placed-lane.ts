import { affinityBucket, canonicalJson, type JsonObject, type Placement } from '#libs/engine';

/** Stands in no name of a queue or a task. */
const mark = '|';

/**
 * The list of the backlog in which such a step waits: all steps in it ask for the same, so when the first finds no worker, none does, and it
 * holds up nobody who asks for something else. Values of `affinity` share buckets, which keeps the number of lists bounded.
 */
export function placedLane(lane: string, { affinity, requires, memory, slots }: Placement): string {
  const bucket = affinity === undefined ? '' : affinityBucket(affinity);
  const wanted = requires === undefined ? '' : canonicalJson(requires as JsonObject);
  return [lane, bucket, slots ?? 1, memory ?? 0, wanted].join(mark);
}

export const isPlacedLane = (lane: string): boolean => lane.includes(mark);
/** The queue and task of it, as a lane. */
export const plainLane = (lane: string): string => lane.split(mark, 1)[0]!;
