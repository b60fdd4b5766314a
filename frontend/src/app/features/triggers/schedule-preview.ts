import { Component, effect, inject, input, output, signal, untracked } from '@angular/core';
import type { NextTimes } from '@contracts/rest/triggers';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { TriggersApi } from '../../core/api/triggers-api';
import { newKey } from '../../core/new-key';
import { Icon } from '../../ui/icon';
import { withoutZone } from './trigger-words';
import { ZonedTimes } from './zoned-times';

/** Typing has come to rest after so long. */
const restMs = 250;
const shownTimes = 10;

/** What a schedule would do, told by the server that will do it: in words, the next ten times, what daylight saving makes of it. */
@Component({
  selector: 'oqx-schedule-preview',
  imports: [Icon, ZonedTimes],
  template: `
    <div aria-live="polite">
      @if (times(); as times) {
        <p class="text">{{ text(times.text, times.timezone) }}</p>
        <p class="meta">{{ times.timezone }}</p>
      } @else if (!isRefused()) {
        <p class="muted" i18n>Working out the next times…</p>
      } @else {
        <p class="muted" i18n>The next times are shown here once the expression can be read.</p>
      }
    </div>
    @if (times(); as times) {
      @for (warning of times.warnings; track warning) {
        <p class="warning s-retrying">
          <oqx-icon name="warning" /> <span>{{ warning }}</span>
        </p>
      }
      @if (times.times.length > 0) {
        <h2 i18n>Next times</h2>
        <oqx-zoned-times [isColumn]="true" [times]="at(times)" [timeZone]="times.timezone" [withOffset]="true" />
      } @else {
        <p i18n>It never comes due.</p>
      }
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 12px;
    }
    h2 {
      font: 600 13px/20px var(--oqx-font);
    }
    .text {
      font: 600 16px/24px var(--oqx-font);
    }
    .warning {
      display: flex;
      align-items: flex-start;
      gap: 8px;
      padding: 8px 12px;
      border-radius: var(--oqx-radius-control);
      background: var(--s);
    }
    .warning oqx-icon {
      margin-top: 2px;
      color: var(--t);
    }
  `,
})
export class SchedulePreview {
  private readonly api = inject(TriggersApi);
  readonly cron = input.required<string>();
  readonly timezone = input.required<string>();
  /** Why the server cannot read it; undefined: it can. */
  readonly refused = output<ApiProblem | undefined>();
  protected readonly times = signal<NextTimes | undefined>(undefined);
  protected readonly isRefused = signal(false);
  protected readonly text = withoutZone;
  private asked = 0;

  constructor() {
    effect((onCleanup) => {
      const body = { cron: this.cron().trim(), timezone: this.timezone().trim() || 'UTC', count: shownTimes };
      const rest = setTimeout(() => untracked(() => void this.ask(body)), restMs);
      onCleanup(() => clearTimeout(rest));
    });
  }

  protected at({ times }: NextTimes): string[] {
    return times.map(({ at }) => at);
  }

  private async ask(body: { cron: string; timezone: string; count: number }): Promise<void> {
    const own = ++this.asked;
    if (body.cron === '') return this.show(undefined, true);
    try {
      const times = await this.api.preview(body, newKey());
      if (own !== this.asked) return;
      this.show(times, false);
      this.refused.emit(undefined);
    } catch (error) {
      if (own !== this.asked) return;
      this.show(undefined, true);
      this.refused.emit(toProblem(error));
    }
  }

  private show(times: NextTimes | undefined, isRefused: boolean): void {
    this.times.set(times);
    this.isRefused.set(isRefused);
  }
}
