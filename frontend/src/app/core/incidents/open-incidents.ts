import { computed, inject, Injectable, signal } from '@angular/core';
import type { IncidentGroups } from '@contracts/rest/incidents';
import { formatCount } from '../../ui/format';
import { IncidentsApi } from '../api/incidents-api';
import { followTopic } from '../live/follow-topic';

/** What needs a person now, in groups of what is alike: known everywhere, and followed once for all pages. */
@Injectable({ providedIn: 'root' })
export class OpenIncidents {
  private readonly api = inject(IncidentsApi);
  private readonly now$ = signal<IncidentGroups | undefined>(undefined);
  /** Undefined: not known yet. */
  readonly now = this.now$.asReadonly();
  /** How many; '' = none. */
  readonly badge = computed(() => {
    const open = this.now()?.open;
    return open === undefined || open.count === 0 ? '' : formatCount(open.count, open.atLeast);
  });

  constructor() {
    followTopic(() => ({
      request: () => ({ subscribe: 'incidents' }),
      apply: (messages) => {
        for (const message of messages) if (message.topic === 'incidents') this.now$.set(message);
      },
      poll: async () => this.now$.set(await this.api.groups({})),
    }));
  }
}
