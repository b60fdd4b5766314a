import { Component, computed, inject, signal } from '@angular/core';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { Router, RouterLink } from '@angular/router';
import type { Incident, IncidentOutcome, IncidentsActed, LostStepDecision, RedriveRequest } from '@contracts/rest/incidents';
import { Announcer } from '../../core/announcer';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { IncidentsApi, type IncidentActName } from '../../core/api/incidents-api';
import { KeyKeeper, newKey } from '../../core/new-key';
import { Person } from '../../core/person';
import { formatCount, shortId } from '../../ui/format';
import { JsonField } from '../../ui/json-field';
import { readJson } from '../../ui/json-text';
import { TextField } from '../../ui/text-field';
import { ActFrame } from '../acts/act-frame';
import { actWords, confirmation, decisionWords, targetText } from './incident-dialog-words';

/** Which incidents are meant. */
export type IncidentTarget =
  Required<Pick<RedriveRequest, 'ids'>> | Required<Pick<RedriveRequest, 'group'>> | Required<Pick<RedriveRequest, 'filter'>>;

export interface IncidentDialogInput {
  readonly act: IncidentActName;
  readonly target: IncidentTarget;
  /** What redriving does to them; null: they differ, or nothing. */
  readonly redrive: Incident['redrive'];
  readonly isEditable: boolean;
  /** What they are about, to begin an edit with. */
  readonly content?: string;
}

/** Does something about one, a group or all that match: how many is counted first, many are confirmed by their number, refusals stay. */
@Component({
  selector: 'oqx-incident-dialog',
  imports: [RouterLink, ActFrame, JsonField, MatDialogModule, TextField],
  templateUrl: './incident-dialog.html',
  styles: `
    .trial,
    .left {
      padding: 10px 16px;
      border-radius: var(--oqx-radius-control);
      background: var(--oqx-raised);
    }
    .left {
      border-inline-start: 4px solid var(--oqx-state-failed);
      background: var(--oqx-state-failed-soft);
    }
    .left li {
      padding: 2px 0;
      overflow-wrap: anywhere;
    }
    fieldset .meta {
      margin-top: 8px;
    }
  `,
})
export class IncidentDialog {
  private readonly api = inject(IncidentsApi);
  private readonly router = inject(Router);
  private readonly person = inject(Person);
  private readonly announcer = inject(Announcer);
  private readonly ref = inject<MatDialogRef<IncidentDialog, boolean>>(MatDialogRef);
  protected readonly asked = inject<IncidentDialogInput>(MAT_DIALOG_DATA);
  private readonly keys = new KeyKeeper();
  protected readonly words = actWords(this.asked);
  protected readonly title = this.words.title(targetText(this.asked.target));
  protected readonly text = this.words.text;
  protected readonly isOne = 'ids' in this.asked.target && this.asked.target.ids.length === 1;
  protected readonly decisions = decisionWords;
  protected readonly decision = signal<LostStepDecision>('runAgain');
  protected readonly decisionHelp = computed(() => decisionWords.find(({ name }) => name === this.decision())?.help);
  protected readonly output = signal('');
  protected readonly withEdit = signal(false);
  protected readonly edit = signal(this.asked.content ?? '');
  protected readonly canEdit = computed(() => {
    const { act, target, isEditable, redrive } = this.asked;
    return act === 'redrive' && isEditable && !('filter' in target) && (redrive !== 'step' || this.decision() === 'runAgain');
  });
  protected readonly editWord = this.asked.redrive === 'step' ? $localize`Edit its input` : $localize`Edit the message`;
  protected readonly trial = signal<IncidentsActed | undefined>(undefined);
  protected readonly typed = signal('');
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  protected readonly isSending = signal(false);
  /** Those nothing could be done about, with the reasons. */
  protected readonly left = signal<readonly IncidentOutcome[]>([]);
  protected readonly mostShown = 20;
  protected readonly count = formatCount;
  protected readonly short = shortId;
  protected readonly confirmation = computed(() => confirmation(this.trial()?.total.count ?? 0));
  private readonly parts = computed(() => {
    const edit = this.canEdit() && this.withEdit() ? readJson(this.edit()) : undefined;
    const output = this.decision() === 'complete' ? readJson(this.output()) : undefined;
    return { edit, output, isMissing: this.canEdit() && this.withEdit() && edit === undefined };
  });
  protected readonly canSend = computed(() => {
    const { edit, output, isMissing } = this.parts();
    const isFaulty = isMissing || (edit && 'fault' in edit) || (output && 'fault' in output);
    if (isFaulty || this.isSending()) return false;
    if (!this.isOne && (this.trial()?.total.count ?? 0) === 0) return false;
    const wanted = this.confirmation();
    return wanted === undefined || this.typed().replaceAll(',', '').trim() === wanted;
  });

  constructor() {
    if (!this.isOne) void this.try();
  }

  protected async send(reason: string): Promise<void> {
    const body = this.body(reason);
    this.isSending.set(true);
    this.problem.set(undefined);
    this.left.set([]);
    try {
      const acted = await this.api.act(this.asked.act, body as never, this.keys.keyFor(body));
      await this.settle(acted);
    } catch (error) {
      this.problem.set(toProblem(error));
    }
    this.isSending.set(false);
  }

  private async settle({ job, items }: IncidentsActed): Promise<void> {
    const left = items.filter(({ outcome }) => outcome === 'refused' || outcome === 'unknown');
    if (job === null && left.length > 0) return this.left.set(left);
    this.announcer.say(this.words.done);
    this.ref.close(true);
    if (job !== null) await this.router.navigate(['/bulk', job]);
  }

  private body(reason: string) {
    const { act, target, redrive } = this.asked;
    const { edit, output } = this.parts();
    return {
      ...target,
      ...this.person.signature(),
      ...(reason !== '' && { reason }),
      ...(edit && 'value' in edit && { edit: edit.value }),
      ...(act === 'redrive' && redrive === 'step' && { decision: this.decision() }),
      ...(output && 'value' in output && { output: output.value }),
    };
  }

  /** Only counts. */
  private async try(): Promise<void> {
    try {
      const reason = $localize`trial run`;
      const body = { ...this.asked.target, dryRun: true, ...(this.asked.act === 'discard' && { reason }) };
      this.trial.set(await this.api.act(this.asked.act, body as never, newKey()));
    } catch (error) {
      this.problem.set(toProblem(error));
    }
  }
}
