import { Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import type { EventOutcome, KeptEvent } from '@contracts/rest/events';
import { ActsApi } from '../../core/api/acts-api';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { pollWhileVisible } from '../../core/live/poll-while-visible';
import { Time } from '../../core/time/time';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { JsonTree } from '../../ui/json-tree';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { ActDialog } from '../acts/act-dialog';
import { bindPlan } from './bind-plan';
import { outcomeText } from './event-form';
import { SendEventDialog } from './send-event-dialog';

type Status = 'waiting' | 'unmatched';
const pageSize = 100;
const pollMs = 4_000;

/** Events by key that nobody has taken: those still kept, and those whose time has passed. Sent and bound by hand here. */
@Component({
  selector: 'oqx-events-page',
  imports: [RouterLink, Time, Empty, Icon, JsonTree, Problem, Skeleton],
  templateUrl: './events-page.html',
  styleUrl: './events-page.css',
})
export class EventsPage {
  private readonly api = inject(ActsApi);
  private readonly dialog = inject(MatDialog);

  /** From the address. */
  readonly status = input<string>();

  protected readonly current = computed<Status>(() => (this.status() === 'unmatched' ? 'unmatched' : 'waiting'));
  protected readonly events = signal<readonly KeptEvent[]>([]);
  protected readonly isLoaded = signal(false);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  protected readonly bound = signal<(EventOutcome & { readonly name: string }) | undefined>(undefined);
  protected readonly boundText = computed(() => outcomeText(this.bound()!));
  /** Id of the event whose payload is shown. */
  protected readonly opened = signal<string | undefined>(undefined);
  private readonly next = signal<string | null>(null);
  protected readonly hasMore = computed(() => this.next() !== null);
  protected readonly oneLine = (payload: unknown): string => JSON.stringify(payload).slice(0, 200);
  /** Only the first page follows by itself: what was asked for beyond it stays. */
  private isFirstPage = true;
  private loading = 0;

  constructor() {
    effect(() => {
      this.current();
      untracked(() => {
        this.isLoaded.set(false);
        this.events.set([]);
        void this.load();
      });
    });
    pollWhileVisible(pollMs, () => (this.isFirstPage ? this.load() : Promise.resolve()));
  }

  protected bindLabel({ name }: KeptEvent): string {
    return $localize`Bind… ${name}:event:`;
  }

  protected toggle(id: string): void {
    this.opened.update((opened) => (opened === id ? undefined : id));
  }

  protected send(): void {
    this.dialog
      .open(SendEventDialog, { data: { names: [] }, autoFocus: '#event-name' })
      .afterClosed()
      .subscribe(() => void this.load());
  }

  protected bind(event: KeptEvent): void {
    const data = bindPlan(this.api, event, (outcome) => this.bound.set({ ...outcome, name: event.name }));
    this.dialog
      .open(ActDialog, { data, autoFocus: '#line' })
      .afterClosed()
      .subscribe(() => void this.load());
  }

  protected load(): Promise<void> {
    this.isFirstPage = true;
    return this.ask({}, () => []);
  }

  protected more(): Promise<void> {
    this.isFirstPage = false;
    return this.ask({ cursor: this.next() ?? undefined }, () => this.events());
  }

  private async ask(query: { cursor?: string | undefined }, before: () => readonly KeptEvent[]): Promise<void> {
    const own = ++this.loading;
    try {
      const { items, next } = await this.api.events({ status: this.current(), limit: pageSize, ...query });
      if (own !== this.loading) return;
      this.events.set([...before(), ...items]);
      this.next.set(next);
      this.problem.set(undefined);
      this.isLoaded.set(true);
    } catch (error) {
      if (own === this.loading) this.problem.set(toProblem(error));
    }
  }
}
