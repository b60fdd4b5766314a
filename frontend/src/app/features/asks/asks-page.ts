import { Component, computed, DestroyRef, effect, inject, input, signal, untracked, viewChild } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import type { TopicMessage } from '@contracts/live/protocol';
import type { Ask } from '@contracts/rest/asks';
import { Announcer } from '../../core/announcer';
import { ActsApi } from '../../core/api/acts-api';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { Shortcuts } from '../../core/keyboard/shortcuts';
import { followTopic } from '../../core/live/follow-topic';
import { Person } from '../../core/person';
import { ServerClock } from '../../core/time/server-clock';
import { Empty } from '../../ui/empty';
import { formatCount } from '../../ui/format';
import { Glyph } from '../../ui/glyph';
import { Icon } from '../../ui/icon';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { AskDetail } from './ask-detail';
import { askKey, askTitle, byDue, dueOf, type AskFacts, toFacts, whoText } from './ask-facts';

const pageSize = 200;

/** What instances ask people: whoever is asked finds it here, with what to decide by, and answers. */
@Component({
  selector: 'oqx-asks-page',
  imports: [RouterLink, Empty, Glyph, Icon, Problem, Skeleton, AskDetail],
  templateUrl: './asks-page.html',
  styleUrl: './asks-page.css',
})
export class AsksPage {
  private readonly api = inject(ActsApi);
  private readonly router = inject(Router);
  private readonly clock = inject(ServerClock);
  private readonly announcer = inject(Announcer);
  private readonly detail = viewChild(AskDetail);
  protected readonly person = inject(Person);

  /** From the address. */
  readonly assignee = input<string>();
  readonly overdue = input<string>();
  /** `<instance>/<path>` of the one that is open. */
  readonly ask = input<string>();

  private readonly asks = signal<readonly AskFacts[]>([]);
  protected readonly hasMore = signal(false);
  protected readonly isLoaded = signal(false);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  private loading = 0;
  protected readonly isOverdueOnly = computed(() => this.overdue() !== undefined);
  protected readonly isMine = computed(() => this.person.name() !== '' && this.assignee() === this.person.name());
  protected readonly whyNotMine = computed(() =>
    this.person.name() === '' ? $localize`Type your name beside the buttons of an answer first` : '',
  );
  protected readonly rows = computed(() => {
    const now = this.clock.now();
    return this.asks()
      .map((ask) => ({ ask, key: askKey(ask), title: askTitle(ask), who: whoText(ask), due: dueOf(ask, now) }))
      .filter(({ due }) => !this.isOverdueOnly() || due?.isOverdue === true);
  });
  protected readonly selected = computed(() => this.asks().find((ask) => askKey(ask) === this.ask()));
  protected readonly isGone = computed(() => this.ask() !== undefined && this.isLoaded() && this.selected() === undefined);
  protected readonly goneInstance = computed(() => this.ask()?.split('/')[0] ?? '');
  protected readonly isFiltered = computed(() => (this.assignee() ?? '') !== '' || this.isOverdueOnly());
  protected readonly count = formatCount;

  constructor() {
    effect(() => {
      this.assignee();
      untracked(() => {
        this.isLoaded.set(false);
        void this.load();
      });
    });
    followTopic(() => {
      const assignee = this.assignee();
      return {
        request: () => ({ subscribe: 'asks', ...(assignee && { assignee }) }),
        apply: (messages) => this.applyLive(messages, assignee),
        poll: () => this.load(),
      };
    });
    const take = inject(Shortcuts).register({
      j: () => this.move(1),
      k: () => this.move(-1),
      ArrowDown: () => this.move(1),
      ArrowUp: () => this.move(-1),
      a: () => this.detail()?.decide('approved') ?? false,
      r: () => this.detail()?.decide('rejected') ?? false,
      Escape: () => (this.ask() === undefined ? false : this.open(undefined)),
    });
    inject(DestroyRef).onDestroy(take);
  }

  protected narrow(assignee: string): void {
    this.goTo({ assignee: assignee.trim() === '' ? null : assignee.trim(), ask: null });
  }

  protected toggleOverdue(): void {
    this.goTo({ overdue: this.isOverdueOnly() ? null : 'true' });
  }

  protected clear(): void {
    this.goTo({ assignee: null, overdue: null });
  }

  protected open(key: string | undefined): void {
    this.goTo({ ask: key ?? null });
  }

  /** The next one opens by itself. */
  protected async answered(): Promise<void> {
    const keys = this.rows().map(({ key }) => key);
    const at = keys.indexOf(this.ask() ?? '');
    const next = keys[at + 1] ?? keys[at - 1];
    this.asks.update((asks) => asks.filter((ask) => askKey(ask) !== this.ask()));
    this.open(next);
    await this.load();
  }

  protected async load(): Promise<void> {
    const own = ++this.loading;
    try {
      const { items, next } = await this.api.asks({ assignee: this.assignee(), limit: pageSize });
      if (own === this.loading) this.take(items, next !== null);
    } catch (error) {
      if (own === this.loading) this.problem.set(toProblem(error));
    }
  }

  private applyLive(messages: readonly TopicMessage[], assignee: string | undefined): void {
    const last = messages.findLast(({ topic }) => topic === 'asks');
    if (last?.topic !== 'asks' || assignee !== this.assignee()) return;
    this.loading++; // an answer that is still on its way is older
    this.take(last.items, last.more);
  }

  /** Of asks that are as they were the old ones are kept, so that a form one is filling in stays as it is. */
  private take(items: readonly Ask[], hasMore: boolean): void {
    const came = items.map(toFacts).sort(byDue);
    const known = new Map(this.asks().map((ask) => [askKey(ask), ask]));
    const kept = came.map((ask) => {
      const old = known.get(askKey(ask));
      return old !== undefined && JSON.stringify(old) === JSON.stringify(ask) ? old : ask;
    });
    const fresh = kept.filter((ask) => !known.has(askKey(ask))).length;
    if (this.isLoaded() && fresh > 0) this.announcer.say($localize`${fresh}:count: new asks`);
    this.asks.set(kept);
    this.hasMore.set(hasMore);
    this.problem.set(undefined);
    this.isLoaded.set(true);
  }

  private move(by: number): boolean {
    const keys = this.rows().map(({ key }) => key);
    if (keys.length === 0) return false;
    const at = keys.indexOf(this.ask() ?? '');
    this.open(keys[Math.min(keys.length - 1, Math.max(0, at + by))]);
    return true;
  }

  private goTo(queryParams: Record<string, string | null>): void {
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl: true });
  }
}
