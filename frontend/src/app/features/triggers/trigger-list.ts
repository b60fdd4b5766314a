import { Component, computed, effect, inject, input, output, untracked } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import type { Trigger } from '@contracts/rest/triggers';
import { PageList } from '../../core/api/page-list';
import { TriggersApi } from '../../core/api/triggers-api';
import { LiveConnection } from '../../core/live/live-connection';
import { pollWhileVisible } from '../../core/live/poll-while-visible';
import { Empty } from '../../ui/empty';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { ActDialog } from '../acts/act-dialog';
import { triggerPlan } from './trigger-plans';
import { TriggerRow } from './trigger-row';
import { kindWords, type TriggerKind } from './trigger-words';
import { Upcoming } from './upcoming';

const pageSize = 50;
const pollMs = 4_000;

/** Triggers of a kind, of a definition, with a part of a name; each is switched on and off in its row. */
@Component({
  selector: 'oqx-trigger-list',
  imports: [RouterLink, Empty, Problem, Skeleton, TriggerRow],
  providers: [Upcoming],
  template: `
    @if (triggers.problem(); as problem) {
      <oqx-problem class="problem" [problem]="problem" (retry)="triggers.load()" />
    }
    @if (rows().length > 0) {
      <ul class="rows list" aria-label="Triggers" i18n-aria-label>
        @for (trigger of rows(); track trigger.name) {
          <li
            oqx-trigger-row
            [trigger]="trigger"
            [next]="known().get(trigger.name)"
            [isOffline]="isOffline()"
            (toggled)="toggle(trigger, $event)"
          ></li>
        }
      </ul>
      @if (triggers.hasMore()) {
        <button type="button" class="btn more" (click)="triggers.more()" i18n>Show more</button>
      }
    } @else if (!triggers.isLoaded() && !triggers.problem()) {
      <oqx-skeleton [rows]="6" [height]="60" />
    } @else if (triggers.isLoaded() && isFiltered()) {
      <oqx-empty title="No trigger matches" i18n-title>
        <button type="button" class="btn" (click)="cleared.emit()" i18n>Clear filters</button>
      </oqx-empty>
    } @else if (triggers.isLoaded()) {
      <oqx-empty [title]="emptyTitle()" [text]="emptyText()">
        <a class="btn" routerLink="/new/trigger" [queryParams]="newQuery()" i18n>New trigger…</a>
        <code class="chip">orquestra trigger put</code>
      </oqx-empty>
    }
  `,
  styles: `
    .problem {
      padding: 12px 24px;
    }
    .more {
      margin: 12px 24px;
    }
  `,
})
export class TriggerList {
  private readonly api = inject(TriggersApi);
  private readonly dialog = inject(MatDialog);
  private readonly upcoming = inject(Upcoming);
  private readonly live = inject(LiveConnection);
  /** Absent: of every kind. */
  readonly kind = input<TriggerKind>();
  /** Absent: of every definition. */
  readonly definition = input<string>();
  /** Part of a name. */
  readonly text = input('');
  /** Can `definition` be cleared as a filter? Not on the page of that definition. */
  readonly isFixed = input(false);
  readonly cleared = output();
  protected readonly triggers = new PageList<Trigger>((from) =>
    this.api.triggers({ kind: this.kind(), definition: this.definition(), limit: pageSize, ...from }),
  );
  protected readonly rows = computed(() => {
    const wanted = this.text().trim().toLowerCase();
    return this.triggers.items().filter(({ name, definition }) => `${name} ${definition ?? ''}`.toLowerCase().includes(wanted));
  });
  protected readonly known = this.upcoming.known;
  protected readonly isOffline = computed(() => this.live.state().phase === 'offline');
  protected readonly isFiltered = computed(
    () => this.text().trim() !== '' || (this.definition() !== undefined && !this.isFixed()),
  );
  protected readonly newQuery = computed(() => ({ kind: this.kind(), definition: this.definition() }));
  protected readonly emptyTitle = computed(() =>
    this.kind() === undefined ? $localize`Nothing starts by itself yet` : $localize`None of this kind yet`,
  );
  protected readonly emptyText = computed(() => {
    const kind = this.kind();
    return kind === undefined
      ? $localize`A schedule, an HTTP hook or a message trigger starts instances of a definition. It is written here, in the definition itself, or put with the command line.`
      : kindWords[kind].help;
  });

  constructor() {
    effect(() => {
      this.kind();
      this.definition();
      untracked(() => void this.triggers.begin());
    });
    effect(() => {
      const shown = this.triggers.items();
      untracked(() => this.upcoming.want(shown));
    });
    pollWhileVisible(pollMs, () => this.triggers.follow());
  }

  protected toggle({ name }: Trigger, isOn: boolean): void {
    this.dialog
      .open(ActDialog, { data: triggerPlan(this.api, name, isOn ? 'resume' : 'pause'), autoFocus: '#reason' })
      .afterClosed()
      .subscribe(() => void this.triggers.load());
  }
}
