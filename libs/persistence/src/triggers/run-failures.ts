import type { TriggerRow } from './trigger-row.js';

/** How a trigger fares: how often in a row it has failed, and whether it goes on. */
export interface Faring {
  readonly failures: number;
  readonly status: TriggerRow['status'];
  readonly note: string | null;
}

/**
 * What follows from outcomes, in their order. With `disableAfter` so many failures one after the other disable it.
 * @param failed one a run: true when it could not be started, or ended badly
 */
export function faringAfter(
  trigger: Pick<TriggerRow, 'failuresInRow' | 'status' | 'note' | 'spec'>,
  failed: readonly boolean[],
): Faring {
  const most = trigger.spec['disableAfter'];
  let { failuresInRow: failures } = trigger;
  for (const isFailure of failed) failures = isFailure ? failures + 1 : 0;
  const { status, note } = trigger;
  if (status !== 'active' || typeof most !== 'number' || failures < most) return { failures, status, note };
  return { failures, status: 'disabled', note: `disabled itself after ${failures} failures in a row` };
}
