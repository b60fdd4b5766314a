import { MatDialog } from '@angular/material/dialog';
import { CdkVirtualScrollViewport, ScrollingModule } from '@angular/cdk/scrolling';
import { Component, computed, DestroyRef, effect, inject, input, signal, untracked, viewChild } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import type { TopicMessage } from '@contracts/live/protocol';
import type { DefinitionSummary } from '@contracts/rest/definitions';
import { Announcer } from '../../core/announcer';
import { Api } from '../../core/api/api';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { Shortcuts } from '../../core/keyboard/shortcuts';
import { followTopic } from '../../core/live/follow-topic';
import { ServerClock } from '../../core/time/server-clock';
import { Duration, Time } from '../../core/time/time';
import { Empty } from '../../ui/empty';
import { formatCount, shortId } from '../../ui/format';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { State } from '../../ui/state';
import { toggledId, withRange } from '../bulk/bulk';
import { TestWorkflow } from '../sample/test-workflow';
import { TestWorkflowButton } from '../sample/test-workflow-button';
import { FilterBar } from './filter-bar';
import { FilterFacets } from './filter-facets';
import { countFilters, matchesFilters, noFilters, parseFilters, toLiveFilter, toParams, toQuery, type Filters } from './filters';
import { appendPage, emptyInstances, foldRows, revealFresh, type InstanceRow } from './fold-instances';

const pageSize = 100;

/** Find, watch, open: the list of instances, live, narrowed by what stands in the address. */
@Component({
  selector: 'oqx-instances-page',
  imports: [
    ScrollingModule,
    RouterLink,
    State,
    Time,
    Duration,
    Empty,
    Problem,
    Skeleton,
    TestWorkflowButton,
    FilterBar,
    FilterFacets,
  ],
  templateUrl: './instances-page.html',
  styleUrl: './instances-page.css',
})
export class InstancesPage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly clock = inject(ServerClock);
  private readonly announcer = inject(Announcer);
  private readonly dialog = inject(MatDialog);
  protected readonly sample = inject(TestWorkflow);
  private readonly viewport = viewChild(CdkVirtualScrollViewport);

  /** From the address. */
  readonly status = input<string>();
  readonly definition = input<string>();
  readonly key = input<string>();
  readonly id = input<string>();
  readonly since = input<string>();
  readonly from = input<string>();
  readonly to = input<string>();

  protected readonly filters = computed(
    () =>
      parseFilters({
        status: this.status(),
        definition: this.definition(),
        key: this.key(),
        id: this.id(),
        since: this.since(),
        from: this.from(),
        to: this.to(),
      }),
    { equal: (a, b) => JSON.stringify(a) === JSON.stringify(b) },
  );
  protected readonly filterCount = computed(() => countFilters(this.filters()));
  protected readonly view = signal(emptyInstances);
  protected readonly total = signal<{ count: number; atLeast: boolean } | undefined>(undefined);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  protected readonly isLoading = signal(true);
  protected readonly selected = signal(-1);
  /** Ids that are ticked, for a bulk action. */
  protected readonly ticked = signal<ReadonlySet<string>>(new Set());
  protected readonly areAllTicked = computed(() => {
    const { rows } = this.view();
    return rows.length > 0 && rows.every(({ id }) => this.ticked().has(id));
  });
  /** Where a range of ticks begins. */
  private anchor = -1;
  /** Beside the list they are always open; where there is no room, on demand. */
  protected readonly isFacetsOpen = signal(false);
  protected readonly definitions = signal<readonly DefinitionSummary[]>([]);
  protected readonly byStatus = signal<Readonly<Record<string, number>>>({});
  private next: string | null = null;
  private loading: AbortController | undefined;
  protected readonly emptyTitle = computed(() =>
    this.filterCount() === 1
      ? $localize`No instances match this filter`
      : $localize`No instances match ${this.filterCount()}:count: filters`,
  );
  protected readonly count = formatCount;
  protected readonly short = shortId;
  protected readonly trackRow = (_: number, row: InstanceRow): string => row.id;

  constructor() {
    effect(() => {
      this.filters();
      untracked(() => void this.load());
    });
    followTopic(() => {
      const filters = this.filters();
      return {
        request: () => ({ subscribe: 'instances', limit: pageSize, filter: toLiveFilter(filters) }),
        apply: (messages) => this.applyLive(messages, filters),
        poll: async () =>
          this.take((await this.api.instances({ ...toQuery(filters, this.clock.now()), limit: pageSize })).items, filters),
      };
    });
    followTopic(() => ({
      request: () => ({ subscribe: 'stats' }),
      apply: (messages) => {
        for (const message of messages) if (message.topic === 'stats') this.byStatus.set(message.overview.byStatus);
      },
    }));
    void this.loadDefinitions();
    const take = inject(Shortcuts).register({
      j: () => this.move(1),
      ArrowDown: () => this.move(1),
      k: () => this.move(-1),
      ArrowUp: () => this.move(-1),
      '.': () => this.letIn(),
      Enter: () => this.openSelected(),
      x: () => this.tickAt(this.selected(), false),
      'Shift+x': () => this.tickAt(this.selected(), true),
      b: () => void this.bulk(),
      Escape: () => this.leave(),
    });
    inject(DestroyRef).onDestroy(() => {
      take();
      this.loading?.abort();
    });
  }

  protected narrow(change: Partial<Filters>): void {
    void this.router.navigate([], { queryParams: toParams({ ...this.filters(), ...change }), queryParamsHandling: 'merge' });
  }

  protected clear(): void {
    this.narrow(noFilters);
  }

  protected searchAllTime(): void {
    this.narrow({ since: '', from: '', to: '' });
  }

  protected letIn(): void {
    this.view.update(revealFresh);
    this.viewport()?.scrollToIndex(0);
  }

  protected open(row: InstanceRow): void {
    void this.router.navigate(['/instances', row.id]);
  }

  protected tickLabel({ summary, key, id }: InstanceRow): string {
    return $localize`Select ${summary ?? key ?? id}:instance:`;
  }

  /** @param isRange all since the last tick as well */
  protected tickAt(index: number, isRange: boolean): boolean {
    const row = this.view().rows[index];
    if (row === undefined) return false;
    const ids = this.view().rows.map(({ id }) => id);
    const range = isRange && this.anchor >= 0;
    this.ticked.update((ticked) => (range ? withRange(ticked, ids, this.anchor, index) : toggledId(ticked, row.id)));
    this.anchor = index;
    return true;
  }

  protected tickAll(): void {
    this.ticked.set(this.areAllTicked() ? new Set() : new Set(this.view().rows.map(({ id }) => id)));
  }

  protected untick(): void {
    this.ticked.set(new Set());
  }

  protected async bulk(): Promise<void> {
    const { BulkDialog } = await import('../bulk/bulk-dialog');
    this.dialog.open(BulkDialog, { data: { ids: [...this.ticked()], filters: this.filters() }, autoFocus: 'input:checked' });
  }

  /** A page further, when the end comes near. */
  protected scrolled(firstVisible: number): void {
    if (this.next === null || this.isLoading() || firstVisible + 60 < this.view().rows.length) return;
    void this.loadMore(this.next);
  }

  protected async load(): Promise<void> {
    this.loading?.abort();
    const loading = (this.loading = new AbortController());
    this.isLoading.set(true);
    this.selected.set(-1);
    this.untick();
    this.anchor = -1;
    try {
      const query = { ...toQuery(this.filters(), this.clock.now()), limit: pageSize, count: true };
      const page = await this.api.instances(query, loading.signal);
      this.view.set(appendPage(emptyInstances, page.items));
      this.total.set(page.total);
      this.next = page.next;
      this.problem.set(undefined);
    } catch (error) {
      if (loading.signal.aborted) return;
      this.problem.set(toProblem(error));
    }
    if (this.loading === loading) this.isLoading.set(false);
  }

  private async loadMore(cursor: string): Promise<void> {
    this.isLoading.set(true);
    try {
      const query = { ...toQuery(this.filters(), this.clock.now()), limit: pageSize, cursor };
      const page = await this.api.instances(query, this.loading?.signal);
      this.view.update((view) => appendPage(view, page.items));
      this.next = page.next;
    } catch (error) {
      if (!this.loading?.signal.aborted) this.problem.set(toProblem(error));
    }
    this.isLoading.set(false);
  }

  private applyLive(messages: readonly TopicMessage[], filters: Filters): void {
    for (const message of messages) {
      if (message.topic !== 'instances') continue;
      this.take(message.type === 'snapshot' ? message.items : message.changed, filters);
    }
  }

  private take(rows: readonly InstanceRow[], filters: Filters): void {
    if (this.isLoading() && this.view().rows.length === 0) return; // the first page brings them
    const before = this.view();
    const after = foldRows(before, rows, (row) => matchesFilters(filters, row));
    this.view.set(before.rows.length === 0 ? revealFresh(after) : after);
    if (after.fresh.length > before.fresh.length) this.announcer.say($localize`${after.fresh.length}:count: new instances`);
  }

  private async loadDefinitions(): Promise<void> {
    try {
      this.definitions.set((await this.api.definitions({ limit: 100 })).items);
    } catch {
      this.definitions.set([]); // the list works without this facet, and says itself when the server is away
    }
  }

  private move(by: number): boolean {
    const last = this.view().rows.length - 1;
    if (last < 0) return false;
    const to = Math.min(last, Math.max(0, this.selected() + by));
    this.selected.set(to);
    const viewport = this.viewport();
    const { start, end } = viewport?.getRenderedRange() ?? { start: 0, end: 0 };
    if (to < start + 2 || to > end - 3) viewport?.scrollToIndex(Math.max(0, to - 8));
    return true;
  }

  private leave(): boolean {
    if (this.selected() >= 0) this.selected.set(-1);
    else if (this.ticked().size > 0) this.untick();
    else return false;
    return true;
  }

  private openSelected(): boolean {
    const row = this.view().rows[this.selected()];
    if (row) this.open(row);
    return row !== undefined;
  }
}
