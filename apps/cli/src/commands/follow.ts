import { isEnded } from '#libs/engine';
import type { Context } from '../context.js';
import type { Progress } from '../output/progress.js';
import { type Wait, waitLines } from '../output/waits.js';
import { waitsOf } from './waits-of.js';

/** Sleeps shorter than this, ms, are over before anybody has read of them. */
const longSleepMs = 5_000;

/**
 * Follows an instance live while somebody waits for its end: shows how far it is, and says once of every step what it waits for.
 * A courtesy: the wait itself says how it ends, so trouble of the live connection is not told twice.
 */
export function follow(context: Context, id: string, progress: Progress): { stop(): void } {
  const { client } = context;
  const abort = new AbortController();
  const live = client.live();
  const told = new Set<string>();

  async function run(): Promise<void> {
    for await (const message of live.subscribe({ subscribe: 'instance', id }, { signal: abort.signal })) {
      if (message.topic !== 'instance' || message.head === undefined || isEnded(message.head.status)) continue;
      progress.update(message.head);
      if (message.head.status === 'waiting' || message.head.status === 'paused') await sayWaits();
    }
  }

  async function sayWaits(): Promise<void> {
    const nowMs = context.shell.now();
    const waits = (await waitsOf(client, await client.getInstance(id, { signal: abort.signal }))).filter(
      (wait) => isWorthSaying(wait, nowMs) && !told.has(keyOf(wait)),
    );
    for (const wait of waits) told.add(keyOf(wait));
    if (waits.length > 0 && !abort.signal.aborted) progress.say(waitLines(id, waits, nowMs));
  }

  run().catch(() => undefined);
  return {
    stop() {
      abort.abort();
      live.close();
    },
  };
}

const keyOf = ({ path, text }: Wait): string => `${path} ${text}`;

/** What somebody can do something about, and what takes long. */
function isWorthSaying({ reason, until }: Wait, nowMs: number): boolean {
  if (reason === 'ask' || reason === 'event' || reason === 'paused' || reason === 'lock' || reason === 'limit') return true;
  return (reason === 'timer' || reason === 'delay') && until !== undefined && Date.parse(until) - nowMs > longSleepMs;
}
