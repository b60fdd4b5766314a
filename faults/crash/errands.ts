import { commands, messages, redrives, rubbish } from './broker-errands.js';
import type { Errand } from './errand.js';
import { acts, bulk, claims, emits, events, joins, limits, locks } from './instance-errands.js';
import { changes } from './operator-errands.js';
import { backfills, hooks, schedules, webhooks } from './trigger-errands.js';

/** All that people and other systems do, side by side: together they lead past every crash point that needs no fault. */
export const errands = {
  ...{ acts, backfills, bulk, changes, claims, commands, emits, events, hooks, joins },
  ...{ limits, locks, messages, redrives, rubbish, schedules, webhooks },
} satisfies Readonly<Record<string, Errand>>;

export type ErrandName = keyof typeof errands;
