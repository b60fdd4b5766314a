import { Component, computed, inject } from '@angular/core';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { LiveConnection } from '../../core/live/live-connection';
import { ServerClock } from '../../core/time/server-clock';
import { AskAnswer } from './ask-answer';
import { askTitle, dueOf, type AskFacts, whoText } from './ask-facts';

/** One ask, answered where its instance is shown. */
@Component({
  selector: 'oqx-ask-dialog',
  imports: [MatDialogModule, AskAnswer],
  template: `
    <div class="dialog">
      <div>
        <p class="meta">
          <ng-container i18n>Asked of</ng-container>&ngsp;{{ who }}
          @if (due(); as due) {
            <span [class.overdue]="due.isOverdue">· {{ due.text }}</span>
          }
        </p>
        <h2 mat-dialog-title class="dialog-title">{{ title }}</h2>
      </div>
      <oqx-ask-answer [ask]="ask" [isOffline]="isOffline()" (answered)="ref.close(true)">
        <button type="button" class="btn" mat-dialog-close i18n>Back</button>
      </oqx-ask-answer>
    </div>
  `,
  styles: `
    .dialog {
      padding-bottom: 12px;
    }
    .overdue {
      color: var(--oqx-state-failed-text);
    }
  `,
})
export class AskDialog {
  protected readonly ref = inject<MatDialogRef<AskDialog, boolean>>(MatDialogRef);
  private readonly clock = inject(ServerClock);
  private readonly live = inject(LiveConnection);
  protected readonly ask = inject<AskFacts>(MAT_DIALOG_DATA);
  protected readonly title = askTitle(this.ask);
  protected readonly who = whoText(this.ask);
  protected readonly due = computed(() => dueOf(this.ask, this.clock.now()));
  protected readonly isOffline = computed(() => this.live.state().phase === 'offline');
}
