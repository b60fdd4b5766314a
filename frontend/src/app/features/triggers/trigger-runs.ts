import { Component, effect, inject, input, untracked } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { TriggerRun } from '@contracts/rest/triggers';
import { PageList } from '../../core/api/page-list';
import { TriggersApi } from '../../core/api/triggers-api';
import { pollWhileVisible } from '../../core/live/poll-while-visible';
import { Time } from '../../core/time/time';
import { formatCount, formatZoned } from '../../ui/format';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { State } from '../../ui/state';

const pageSize = 50;
const pollMs = 4_000;

const howWords: Readonly<Record<TriggerRun['how'], string>> = {
  schedule: $localize`Schedule`,
  manual: $localize`By hand`,
  backfill: $localize`Backfill`,
};

/** What came of the slots of a schedule, the newest first. */
@Component({
  selector: 'oqx-trigger-runs',
  imports: [RouterLink, Problem, Skeleton, State, Time],
  template: `
    <header><h2 id="came-title" i18n>Runs</h2></header>
    @if (runs.problem(); as problem) {
      <oqx-problem [problem]="problem" (retry)="runs.load()" />
    }
    @if (runs.items().length > 0) {
      <div class="scroll-x" tabindex="0" role="region" aria-label="Table of runs" i18n-aria-label>
        <table class="table padded">
          <thead>
            <tr>
              <th scope="col" i18n>Slot</th>
              <th scope="col" i18n>Outcome</th>
              <th scope="col" i18n>Instance</th>
              <th scope="col" i18n>Asked by</th>
              <th scope="col" class="num" i18n>Decided</th>
            </tr>
          </thead>
          <tbody>
            @for (run of runs.items(); track run.scheduledAt + run.how + run.at) {
              <tr>
                <td [title]="run.scheduledAt">{{ slot(run) }}</td>
                <td class="outcome">
                  <oqx-state [state]="run.outcome" />
                  @if (run.count > 1) {
                    &ngsp;<span class="muted">× {{ count(run.count) }}</span>
                  }
                  @if (run.reason) {
                    <span class="meta reason">{{ run.reason }}</span>
                  }
                </td>
                <td>
                  @if (run.instance; as instance) {
                    <a class="link" [routerLink]="['/instances', instance]">
                      <oqx-state [state]="run.status ?? 'pending'" />
                    </a>
                  } @else {
                    <span class="muted">–</span>
                  }
                </td>
                <td class="muted">{{ how[run.how] }}</td>
                <td class="num"><oqx-time [at]="run.at" form="ago" /></td>
              </tr>
            }
          </tbody>
        </table>
      </div>
      @if (runs.hasMore()) {
        <button type="button" class="btn more" (click)="runs.more()" i18n>Show more</button>
      }
    } @else if (runs.isLoaded()) {
      <p class="muted none" i18n>No slot has come due yet. Run it now, or backfill a time that is past.</p>
    } @else if (!runs.problem()) {
      <oqx-skeleton [rows]="5" />
    }
  `,
  styleUrl: './came.css',
})
export class TriggerRuns {
  private readonly api = inject(TriggersApi);
  readonly name = input.required<string>();
  readonly timezone = input.required<string>();
  /** Whenever it changes, the list is looked at at once. */
  readonly acted = input(0);
  protected readonly runs = new PageList((from) => this.api.runs(this.name(), { limit: pageSize, ...from }));
  protected readonly how = howWords;
  protected readonly count = formatCount;

  constructor() {
    effect(() => {
      this.name();
      untracked(() => void this.runs.begin());
    });
    effect(() => {
      if (this.acted() > 0) untracked(() => void this.runs.load());
    });
    pollWhileVisible(pollMs, () => this.runs.follow());
  }

  protected slot({ scheduledAt }: TriggerRun): string {
    return formatZoned(Date.parse(scheduledAt), this.timezone()) ?? scheduledAt;
  }
}
