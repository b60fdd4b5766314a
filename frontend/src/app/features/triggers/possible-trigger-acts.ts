import type { Trigger } from '@contracts/rest/triggers';
import type { TriggerActName } from '../../core/api/triggers-api';
import type { Offer } from '../acts/act-menu';

export type TriggerAct = TriggerActName | 'backfill' | 'edit' | 'delete';

/** Everything a trigger can be told, and why not, where it cannot. */
export function triggerOffers({ kind, status, source, definition }: Trigger, isOffline: boolean): Offer<TriggerAct>[] {
  const offline = isOffline ? $localize`The server cannot be reached.` : undefined;
  const notSchedule = kind === 'schedule' ? undefined : $localize`Only a schedule can be run by hand.`;
  const written =
    source === 'api' ? undefined : $localize`It is written in ${definition}:definition: and changes with its active version.`;
  const isActive = status === 'active';
  const offers: readonly Offer<TriggerAct>[] = [
    { act: 'run', word: $localize`Run now…`, whyNot: notSchedule },
    isActive ? { act: 'pause', word: $localize`Pause…` } : { act: 'resume', word: $localize`Resume…` },
    { act: 'backfill', word: $localize`Backfill…`, whyNot: notSchedule },
    { act: 'edit', word: $localize`Edit…`, whyNot: written },
    { act: 'delete', word: $localize`Delete…`, whyNot: written, isDanger: true },
  ];
  return offers.map((offer) => ({ ...offer, whyNot: offline ?? offer.whyNot }));
}
