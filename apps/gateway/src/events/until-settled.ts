import { setTimeout as pause } from 'node:timers/promises';
import type { KeyedOutcome } from '#libs/persistence';
import { stepAside } from '../admission/passes.js';

const firstLookMs = 5;
const longestLookMs = 200;

/** Asks again, ever more rarely, until the owners of all instances an event was offered to have decided, or the time is over. */
export async function untilSettled(
  first: KeyedOutcome,
  waitMs: number,
  look: () => Promise<KeyedOutcome | undefined>,
): Promise<KeyedOutcome> {
  const deadline = performance.now() + waitMs;
  let found = first;
  for (let lookMs = firstLookMs; found.outcome === 'offered'; lookMs = Math.min(lookMs * 2, longestLookMs)) {
    const leftMs = deadline - performance.now();
    if (leftMs <= 0 || !stepAside()) break;
    await pause(Math.min(lookMs, leftMs));
    found = (await look()) ?? found;
  }
  return found;
}
