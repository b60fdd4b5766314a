import { Component, input, output } from '@angular/core';
import { MatDialogModule } from '@angular/material/dialog';
import type { ApiProblem } from '../../core/api/api-problem';
import { Problem } from '../../ui/problem';
import { SignedField } from './signed-field';

/**
 * What every dialog of an act has: what it is called, what went wrong, why it is done, who does it, and the way back.
 * What it asks for goes inside; what follows from it (`after`) comes below the reason.
 */
@Component({
  selector: 'oqx-act-frame',
  imports: [MatDialogModule, Problem, SignedField],
  template: `
    <form class="dialog" (submit)="$event.preventDefault(); canSend() && sent.emit(reason.value.trim())">
      <h2 mat-dialog-title class="dialog-title">{{ title() }}</h2>
      @if (text()) {
        <p>{{ text() }}</p>
      }
      @if (problem(); as problem) {
        <oqx-problem [problem]="problem" [canRetry]="false" />
      }
      <ng-content />
      <div class="field">
        <label for="reason">{{ reasonLabel() }}</label>
        <textarea #reason id="reason" class="input" rows="2" maxlength="1000" [required]="isReasonRequired()"></textarea>
      </div>
      <ng-content select="[after]" />
      <div class="dialog-actions">
        <oqx-signed-field class="grow" />
        <button type="button" class="btn" mat-dialog-close i18n>Back</button>
        <button type="submit" class="btn" [class.primary]="!isDanger()" [class.danger]="isDanger()" [disabled]="!canSend()">
          {{ isSending() ? sending() : confirm() }}
        </button>
      </div>
    </form>
  `,
})
export class ActFrame {
  readonly title = input.required<string>();
  /** What will happen. */
  readonly text = input<string>();
  readonly confirm = input.required<string>();
  readonly sending = input($localize`Sending…`);
  readonly reasonLabel = input($localize`Reason (kept in the history)`);
  /** The browser says so, and sends nothing, while there is none. */
  readonly isReasonRequired = input(false);
  readonly isDanger = input(false);
  readonly isSending = input(false);
  readonly canSend = input(true);
  readonly problem = input<ApiProblem>();
  /** The reason, trimmed; only while it can be sent. */
  readonly sent = output<string>();
}
