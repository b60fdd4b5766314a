import { Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import type { IncidentDetail } from '@contracts/rest/incidents';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { IncidentsApi, type IncidentActName } from '../../core/api/incidents-api';
import { OpenIncidents } from '../../core/incidents/open-incidents';
import { LiveConnection } from '../../core/live/live-connection';
import { Time } from '../../core/time/time';
import { Breadcrumb } from '../../ui/breadcrumb';
import { CopyButton } from '../../ui/copy-button';
import { formatCount, shortId } from '../../ui/format';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { lookOf, State } from '../../ui/state';
import { Banner } from '../instance/banner-line';
import { OperatorActs } from '../operator-log/operator-acts';
import { incidentOffers } from './incident-acts';
import { IncidentDialog, type IncidentDialogInput } from './incident-dialog';
import { editOf } from './incident-facts';
import { IncidentMessage } from './incident-message';
import { reasonText, wordsOf } from './incident-words';

/** One thing that needs a person: what it is, the message as it came, and what can be done. */
@Component({
  selector: 'oqx-incident-page',
  imports: [RouterLink, Banner, Breadcrumb, CopyButton, IncidentMessage, OperatorActs, Problem, Skeleton, State, Time],
  templateUrl: './incident-page.html',
  styles: `
    .help {
      margin-bottom: 12px;
    }
  `,
})
export class IncidentPage {
  private readonly api = inject(IncidentsApi);
  private readonly dialog = inject(MatDialog);
  private readonly live = inject(LiveConnection);
  private readonly open = inject(OpenIncidents);

  readonly id = input.required<string>();

  protected readonly incident = signal<IncidentDetail | undefined>(undefined);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  /** Grows whenever something was done here. */
  protected readonly acted = signal(0);
  protected readonly trail = [{ text: $localize`Dead letters`, link: ['/dead-letters'] }, { text: $localize`Incident` }];
  protected readonly short = shortId;
  protected readonly reasonText = reasonText;
  protected readonly count = formatCount;
  protected readonly words = computed(() => wordsOf(this.incident()!.kind));
  protected readonly closedWord = computed(() => lookOf(this.incident()!.status).word);
  protected readonly offers = computed(() => incidentOffers(this.incident()!.redrive, this.live.state().phase === 'offline'));

  constructor() {
    effect(() => {
      this.id();
      untracked(() => {
        this.incident.set(undefined);
        void this.load();
      });
    });
    // What is known of all of them says when this one may have changed.
    effect(() => {
      if (this.open.now() !== undefined) untracked(() => void this.load());
    });
  }

  protected async load(): Promise<void> {
    const id = this.id();
    try {
      const incident = await this.api.incident(id);
      if (id !== this.id()) return;
      this.incident.set(incident);
      this.problem.set(undefined);
    } catch (error) {
      if (id === this.id()) this.problem.set(toProblem(error));
    }
  }

  protected begin(act: IncidentActName): void {
    const incident = this.incident()!;
    const { id, redrive, isEditable } = incident;
    const data: IncidentDialogInput = { act, target: { ids: [id] }, redrive, isEditable, content: editOf(incident) };
    this.dialog
      .open(IncidentDialog, { data, autoFocus: '#reason' })
      .afterClosed()
      .subscribe(() => {
        this.acted.update((count) => count + 1);
        void this.load();
      });
  }
}
