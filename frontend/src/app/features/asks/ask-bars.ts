import { Component, computed, inject, input } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { ServerClock } from '../../core/time/server-clock';
import { Glyph } from '../../ui/glyph';
import { askKey, askTitle, dueOf, type AskFacts, whoText } from './ask-facts';

/** What an instance asks people now, each with the way to answer it. */
@Component({
  selector: 'oqx-ask-bars',
  imports: [Glyph],
  template: `
    @for (bar of bars(); track bar.key) {
      <div class="bar s-waiting">
        <oqx-glyph name="person" />
        <p class="grow">
          <b>{{ bar.title }}</b>
          <span class="muted who"
            >{{ bar.who }}
            @if (bar.due) {
              <span [class.overdue]="bar.due.isOverdue">· {{ bar.due.text }}</span>
            }
          </span>
        </p>
        <button type="button" class="btn small" (click)="answer(bar.ask)" i18n>Answer…</button>
      </div>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 8px;
    }
    :host:empty {
      display: none;
    }
    .bar {
      display: flex;
      align-items: center;
      gap: 12px;
      min-height: 40px;
      padding: 6px 12px 6px 16px;
      border-radius: var(--oqx-radius-control);
      border-inline-start: 4px solid var(--c);
      background: var(--s);
    }
    p {
      overflow-wrap: anywhere;
    }
    b {
      font-weight: 600;
    }
    .who {
      margin-inline-start: 8px;
    }
    .overdue {
      color: var(--oqx-state-failed-text);
    }
  `,
})
export class AskBars {
  private readonly clock = inject(ServerClock);
  private readonly dialog = inject(MatDialog);
  readonly asks = input.required<readonly AskFacts[]>();
  protected readonly bars = computed(() =>
    this.asks().map((ask) => ({
      ask,
      key: askKey(ask),
      title: askTitle(ask),
      who: whoText(ask),
      due: dueOf(ask, this.clock.now()),
    })),
  );

  protected async answer(ask: AskFacts): Promise<void> {
    const { AskDialog } = await import('./ask-dialog');
    this.dialog.open(AskDialog, { data: ask, autoFocus: 'textarea, input' });
  }
}
