import { Component, computed, inject, signal } from '@angular/core';
import { MAT_DIALOG_DATA, MatDialogRef } from '@angular/material/dialog';
import { Announcer } from '../../core/announcer';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { CapacityApi } from '../../core/api/capacity-api';
import { Person } from '../../core/person';
import { Field } from '../../ui/field';
import { TextField } from '../../ui/text-field';
import { ActFrame } from '../acts/act-frame';
import { laneFaults, laneForm, toQueueRequest, toTaskRequest, type LaneForm, type LaneScope } from './lane-form';
import type { LaneSettings } from './lanes';

export interface LaneDialogInput {
  readonly scope: LaneScope;
  readonly name: string;
  readonly settings: LaneSettings;
}

/** Limits of a queue or a task: how many at once, how many a time, and of tasks when its breaker opens. */
@Component({
  selector: 'oqx-lane-dialog',
  imports: [ActFrame, Field, TextField],
  templateUrl: './lane-dialog.html',
  styles: `
    .rate {
      display: grid;
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      gap: 8px;
    }
  `,
})
export class LaneDialog {
  private readonly api = inject(CapacityApi);
  private readonly person = inject(Person);
  private readonly announcer = inject(Announcer);
  private readonly ref = inject<MatDialogRef<LaneDialog, boolean>>(MatDialogRef);
  protected readonly asked = inject<LaneDialogInput>(MAT_DIALOG_DATA);
  protected readonly title =
    this.asked.scope === 'queue' ? $localize`Queue ${this.asked.name}:queue:` : $localize`Task ${this.asked.name}:task:`;
  protected readonly text =
    this.asked.scope === 'queue'
      ? $localize`Limits hold over all workers and orchestrators; what is over them waits.`
      : $localize`Limits of the task hold on every queue it is asked for on; what is over them waits.`;
  protected readonly form = signal<LaneForm>(laneForm(this.asked.settings));
  protected readonly isSending = signal(false);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  protected readonly faults = computed<Readonly<Partial<Record<keyof LaneForm, string>>>>(() =>
    Object.fromEntries(laneFaults(this.form(), this.asked.scope).map(({ field, text }) => [field, text])),
  );
  protected readonly canSend = computed(() => !this.isSending() && Object.keys(this.faults()).length === 0);
  protected readonly periods = [
    { per: 'second', word: $localize`a second` },
    { per: 'minute', word: $localize`a minute` },
    { per: 'hour', word: $localize`an hour` },
  ] as const;
  protected readonly modes = [
    { mode: 'closed', word: $localize`Off`, help: $localize`Attempts are dispatched whatever became of the ones before.` },
    { mode: 'auto', word: $localize`Automatic`, help: $localize`It opens after failures in a row, and tries one attempt later.` },
    { mode: 'open', word: $localize`Open`, help: $localize`No attempt is dispatched.` },
  ] as const;
  protected readonly modeHelp = computed(() => this.modes.find(({ mode }) => mode === this.form().breaker)?.help);

  protected change(part: Partial<LaneForm>): void {
    this.form.update((form) => ({ ...form, ...part }));
  }

  protected async send(reason: string): Promise<void> {
    const { scope, name } = this.asked;
    const signed = { ...this.person.signature(), ...(reason !== '' && { reason }) };
    this.isSending.set(true);
    this.problem.set(undefined);
    try {
      if (scope === 'queue') await this.api.putQueue(name, { ...toQueueRequest(this.form()), ...signed });
      else await this.api.putTask(name, { ...toTaskRequest(this.form()), ...signed });
      this.announcer.say($localize`${this.title}:lane: is changed`);
      this.ref.close(true);
    } catch (error) {
      this.problem.set(toProblem(error));
      this.isSending.set(false);
    }
  }
}
