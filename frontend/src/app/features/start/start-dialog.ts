import { Component, computed, inject, signal } from '@angular/core';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { Router } from '@angular/router';
import { Api } from '../../core/api/api';
import { type ApiProblem, toProblem } from '../../core/api/api-problem';
import { KeyKeeper } from '../../core/new-key';
import { readJson } from '../../ui/json-text';
import { Problem } from '../../ui/problem';
import { exampleOf } from './example-input';

export interface StartDialogInput {
  readonly definition: string;
  readonly version: string;
  /** JSON Schema of the input. */
  readonly schema?: unknown;
  /** To begin with; else an example made from the schema. */
  readonly input?: unknown;
}

/** Input as JSON, and a key if one is wanted; what the server finds wrong is shown at the box. */
@Component({
  selector: 'oqx-start-dialog',
  imports: [MatDialogModule, Problem],
  template: `
    <form class="dialog" (submit)="send($event)">
      <h2 mat-dialog-title class="dialog-title">
        <ng-container i18n>Start</ng-container>&ngsp;{{ asked.definition }}&#64;{{ asked.version }}
      </h2>
      @if (generalProblem(); as problem) {
        <oqx-problem [problem]="problem" [canRetry]="false" />
      }
      <div class="field">
        <label for="input" i18n>Input (JSON)</label>
        <textarea
          #box
          id="input"
          class="input mono"
          rows="10"
          spellcheck="false"
          cdkFocusInitial
          [value]="text()"
          [attr.aria-invalid]="faults().length > 0 || syntax() !== undefined"
          aria-describedby="faults"
          (input)="text.set(box.value); answer.set(undefined)"
        ></textarea>
        <div role="alert">
          <ul id="faults">
            @if (syntax(); as fault) {
              <li class="fault">{{ fault }}</li>
            }
            @for (fault of faults(); track $index) {
              <li class="fault">
                <code>{{ fault.path || '/' }}</code> {{ fault.message }} <span class="muted">{{ fault.hint }}</span>
              </li>
            }
          </ul>
        </div>
      </div>
      <div class="field">
        <label for="key"
          ><ng-container i18n>Business key</ng-container>&ngsp;
          <span class="muted" i18n>(optional: an instance with this key is started once)</span></label
        >
        <input
          #key
          id="key"
          class="input"
          maxlength="200"
          autocomplete="off"
          [value]="keyText()"
          (input)="keyText.set(key.value)"
        />
      </div>
      <div class="dialog-actions">
        <button type="button" class="btn" mat-dialog-close i18n>Close</button>
        <button type="submit" class="btn primary" [disabled]="isSending() || syntax() !== undefined" i18n>Start instance</button>
      </div>
    </form>
  `,
})
export class StartDialog {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly ref = inject<MatDialogRef<StartDialog>>(MatDialogRef);
  protected readonly asked = inject<StartDialogInput>(MAT_DIALOG_DATA);
  private readonly keys = new KeyKeeper();
  protected readonly text = signal(JSON.stringify(this.asked.input ?? exampleOf(this.asked.schema), null, 2));
  protected readonly keyText = signal('');
  protected readonly isSending = signal(false);
  protected readonly answer = signal<ApiProblem | undefined>(undefined);
  protected readonly syntax = computed(() => {
    const read = readJson(this.text());
    return read && 'fault' in read ? read.fault : undefined;
  });
  /** Shown at the box, when the input is what is wrong. */
  protected readonly faults = computed(() => this.answer()?.errors ?? []);
  /** A refusal that is about something else. */
  protected readonly generalProblem = computed(() => (this.faults().length === 0 ? this.answer() : undefined));

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    const { definition, version } = this.asked;
    const input = this.text().trim() === '' ? {} : (JSON.parse(this.text()) as never);
    const body = { definition, version, input, ...(this.keyText() !== '' && { key: this.keyText() }) };
    this.isSending.set(true);
    try {
      const started = await this.api.start(body, this.keys.keyFor(body));
      this.ref.close();
      await this.router.navigate(['/instances', started.id]);
    } catch (error) {
      this.answer.set(toProblem(error));
    } finally {
      this.isSending.set(false);
    }
  }
}
