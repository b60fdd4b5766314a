import { Component, inject, signal } from '@angular/core';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { ActsApi } from '../../core/api/acts-api';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { newKey } from '../../core/new-key';
import { Problem } from '../../ui/problem';

/** Says what a cancel does, asks why, and sends it. */
@Component({
  selector: 'oqx-cancel-dialog',
  imports: [MatDialogModule, Problem],
  template: `
    <form class="dialog" (submit)="send($event, reason.value)">
      <h2 mat-dialog-title class="plain" i18n>Cancel this instance?</h2>
      <p i18n>No further step starts. Steps that are running are asked to stop; what they still return is noted and not used.</p>
      @if (problem(); as problem) {
        <oqx-problem [problem]="problem" [canRetry]="false" />
      }
      <div class="field">
        <label for="reason" i18n>Reason (kept in the history)</label>
        <textarea #reason id="reason" class="input" rows="3" maxlength="1000" cdkFocusInitial></textarea>
      </div>
      <div class="dialog-actions">
        <button type="button" class="btn" mat-dialog-close i18n>Keep it running</button>
        <button type="submit" class="btn danger" [disabled]="isSending()">
          @if (isSending()) {
            <ng-container i18n>Cancelling…</ng-container>
          } @else {
            <ng-container i18n>Cancel instance</ng-container>
          }
        </button>
      </div>
    </form>
  `,
  styles: `
    .plain {
      padding: 0;
      font: 600 16px/24px var(--oqx-font);
      letter-spacing: 0;
    }
    .plain::before {
      display: none;
    }
  `,
})
export class CancelDialog {
  private readonly api = inject(ActsApi);
  private readonly ref = inject<MatDialogRef<CancelDialog, boolean>>(MatDialogRef);
  private readonly instanceId = inject<string>(MAT_DIALOG_DATA);
  /** One key for all clicks of this dialog. */
  private readonly key = newKey();
  protected readonly isSending = signal(false);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);

  protected async send(event: Event, reason: string): Promise<void> {
    event.preventDefault();
    this.isSending.set(true);
    try {
      await this.api.act(this.instanceId, 'cancel', { reason: reason.trim() }, this.key);
      this.ref.close(true);
    } catch (error) {
      this.problem.set(toProblem(error));
      this.isSending.set(false);
    }
  }
}
