import type { Incident } from '@contracts/rest/incidents';
import type { IncidentActName } from '../../core/api/incidents-api';
import type { Offer } from '../acts/act-menu';

/** What can be done about something that is open, or why not. */
export function incidentOffers(redrive: Incident['redrive'], isOffline: boolean): readonly Offer<IncidentActName>[] {
  const offline = isOffline ? $localize`The server cannot be reached.` : undefined;
  const nothing = redrive === null ? $localize`There is nothing to do again: mend it, then resolve it.` : undefined;
  return [
    { act: 'redrive', word: redrive === 'step' ? $localize`Decide…` : $localize`Redrive…`, whyNot: offline ?? nothing },
    { act: 'resolve', word: $localize`Resolve…`, whyNot: offline },
    { act: 'discard', word: $localize`Discard…`, whyNot: offline, isDanger: true },
  ];
}
