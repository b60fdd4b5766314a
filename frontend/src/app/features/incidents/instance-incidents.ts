import { Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Incident } from '@contracts/rest/incidents';
import { IncidentsApi } from '../../core/api/incidents-api';
import { OpenIncidents } from '../../core/incidents/open-incidents';
import { Banner } from '../instance/banner-line';
import { reasonText, wordsOf } from './incident-words';

const most = 3;

/** What of one instance needs a person now: a line each, with the way to it. */
@Component({
  selector: 'oqx-instance-incidents',
  imports: [RouterLink, Banner],
  template: `
    @for (line of lines(); track line.id) {
      <oqx-banner [banner]="line.banner" data-test="instance-incident">
        <a class="btn small" [routerLink]="['/dead-letters', line.id]">{{ line.word }}</a>
      </oqx-banner>
    }
  `,
  styles: `
    :host {
      display: contents;
    }
    .btn {
      background: var(--oqx-ground);
    }
  `,
})
export class InstanceIncidents {
  private readonly api = inject(IncidentsApi);
  private readonly open = inject(OpenIncidents);
  readonly instance = input.required<string>();
  private readonly incidents = signal<readonly Incident[]>([]);
  protected readonly lines = computed(() =>
    this.incidents().map((incident) => ({
      id: incident.id,
      word: incident.redrive === 'step' ? $localize`Decide…` : $localize`Show incident`,
      banner: {
        state: 'failed',
        text: `${wordsOf(incident.kind).word}: ${reasonText(incident)}`,
        ...(incident.path !== null && { step: incident.path }),
        ...(incident.code !== null && { code: incident.code }),
      },
    })),
  );

  constructor() {
    effect(() => {
      this.instance();
      untracked(() => this.incidents.set([]));
    });
    effect(() => {
      const instance = this.instance();
      if (this.open.now() !== undefined) untracked(() => void this.load(instance));
    });
  }

  /** What is not known is not shown: the page is about the instance. */
  private async load(instance: string): Promise<void> {
    if (this.open.now()?.open.count === 0) return this.incidents.set([]);
    const found = await this.api.incidents({ instance, status: 'open', limit: most }).catch(() => undefined);
    if (found !== undefined && instance === this.instance()) this.incidents.set(found.items);
  }
}
