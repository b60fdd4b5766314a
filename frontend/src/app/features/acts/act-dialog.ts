import { Component, computed, inject, signal } from '@angular/core';
import { MAT_DIALOG_DATA, MatDialogRef } from '@angular/material/dialog';
import { Announcer } from '../../core/announcer';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { KeyKeeper } from '../../core/new-key';
import { Person } from '../../core/person';
import { JsonField } from '../../ui/json-field';
import { jsonText, readJson } from '../../ui/json-text';
import { TextField } from '../../ui/text-field';
import { ActFrame } from './act-frame';
import type { ActGiven, ActPlan } from './act-plan';

/** Says what an act does, asks why, and does it; what the server refuses is shown in words and the dialog stays. */
@Component({
  selector: 'oqx-act-dialog',
  imports: [ActFrame, JsonField, TextField],
  templateUrl: './act-dialog.html',
  styleUrl: './act-dialog.css',
})
export class ActDialog {
  private readonly ref = inject<MatDialogRef<ActDialog, boolean>>(MatDialogRef);
  private readonly person = inject(Person);
  private readonly announcer = inject(Announcer);
  private readonly keys = new KeyKeeper();
  protected readonly plan = inject<ActPlan>(MAT_DIALOG_DATA);
  protected readonly text = signal(jsonText(this.plan.json?.value));
  protected readonly withJson = signal(this.plan.json?.optIn === undefined);
  protected readonly line = signal(this.plan.line?.value ?? '');
  private readonly lineFault = computed(() => this.plan.line?.faultOf(this.line().trim()));
  /** Said once something was typed that does not fit. */
  protected readonly shownLineFault = computed(() => (this.line().trim() === '' ? undefined : this.lineFault()));
  protected readonly compensate = signal<boolean | undefined>(undefined);
  protected readonly isSending = signal(false);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  private readonly json = computed(() => (this.plan.json && this.withJson() ? readJson(this.text()) : undefined));
  protected readonly canSend = computed(() => {
    const json = this.json();
    const isMissing = this.plan.json?.isRequired === true && this.withJson() && json === undefined;
    return !this.isSending() && this.lineFault() === undefined && !isMissing && !(json && 'fault' in json);
  });
  protected readonly choices: readonly { readonly value: boolean | undefined; readonly word: string }[] = [
    { value: undefined, word: $localize`As the definition says` },
    { value: true, word: $localize`Undo what was completed` },
    { value: false, word: $localize`Leave it as it is` },
  ];

  protected async send(reason: string): Promise<void> {
    const given = this.given(reason);
    this.isSending.set(true);
    this.problem.set(undefined);
    try {
      await this.plan.run(given, this.keys.keyFor(given));
      this.announcer.say(this.plan.done);
      this.ref.close(true);
    } catch (error) {
      this.problem.set(toProblem(error));
      this.isSending.set(false);
    }
  }

  private given(reason: string): ActGiven {
    const [json, compensate] = [this.json(), this.compensate()];
    return {
      ...this.person.signature(),
      ...(reason !== '' && { reason }),
      ...(json && 'value' in json && { json: json.value }),
      ...(this.plan.line && { line: this.line().trim() }),
      ...(compensate !== undefined && { compensate }),
    };
  }
}
