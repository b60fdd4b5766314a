import { Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Router, RouterLink } from '@angular/router';
import type { IncidentGroups as Groups } from '@contracts/rest/incidents';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { IncidentsApi, type IncidentActName } from '../../core/api/incidents-api';
import { PageList } from '../../core/api/page-list';
import { OpenIncidents } from '../../core/incidents/open-incidents';
import { LiveConnection } from '../../core/live/live-connection';
import { Empty } from '../../ui/empty';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { IncidentDialog, type IncidentDialogInput } from './incident-dialog';
import { IncidentFilterBar } from './incident-filter-bar';
import {
  countFilters,
  filterNames,
  parseFilters,
  parseStatus,
  toActFilter,
  toQuery,
  type IncidentFilters,
} from './incident-filters';
import { IncidentGroups, type GroupAct } from './incident-groups';
import { IncidentRows } from './incident-rows';
import { groupKey } from './incident-words';

const pageSize = 50;

/** What fell out: in groups of what is alike, or each by itself, to be redriven, resolved or discarded. */
@Component({
  selector: 'oqx-incidents-page',
  imports: [RouterLink, Empty, IncidentFilterBar, IncidentGroups, IncidentRows, Problem, Skeleton],
  templateUrl: './incidents-page.html',
  styleUrl: './incidents-page.css',
})
export class IncidentsPage {
  private readonly api = inject(IncidentsApi);
  private readonly dialog = inject(MatDialog);
  private readonly router = inject(Router);
  private readonly live = inject(LiveConnection);
  protected readonly open = inject(OpenIncidents);

  /** From the address. */
  readonly view = input<string>();
  readonly status = input<string>();
  readonly kind = input<string>();
  readonly code = input<string>();
  readonly path = input<string>();
  readonly definition = input<string>();
  readonly instance = input<string>();
  readonly reason = input<string>();

  protected readonly tabs = [
    { name: 'groups', word: $localize`Groups`, params: { view: null, status: null } },
    { name: 'open', word: $localize`Each`, params: { view: 'each', status: null } },
    { name: 'redriven', word: $localize`Redriven`, params: { view: null, status: 'redriven' } },
    { name: 'discarded', word: $localize`Discarded`, params: { view: null, status: 'discarded' } },
    { name: 'resolved', word: $localize`Resolved`, params: { view: null, status: 'resolved' } },
    { name: 'all', word: $localize`All`, params: { view: null, status: 'all' } },
  ] as const;
  protected readonly filters = computed(
    () =>
      parseFilters({
        ...{ kind: this.kind(), code: this.code(), path: this.path() },
        ...{ definition: this.definition(), instance: this.instance(), reason: this.reason() },
      }),
    { equal: (a, b) => JSON.stringify(a) === JSON.stringify(b) },
  );
  private readonly wanted = computed(() => parseStatus(this.status()));
  protected readonly shown = computed(() => (this.wanted() === 'open' && this.view() !== 'each' ? 'groups' : this.wanted()));
  protected readonly isNarrowed = computed(() => countFilters(this.filters()) > 0);
  protected readonly isOffline = computed(() => this.live.state().phase === 'offline');
  /** What acts on all that match would mean; only of open ones, and only where the list is narrowed. */
  protected readonly actFilter = computed(() => (this.wanted() === 'open' ? toActFilter(this.filters()) : undefined));
  protected readonly list = new PageList((from) =>
    this.api.incidents({ ...toQuery(this.filters(), this.wanted()), limit: pageSize, ...from }),
  );
  /** Of a list that is narrowed; otherwise they are followed live. */
  private readonly asked = signal<Groups | undefined>(undefined);
  protected readonly groups = computed(() => (this.isNarrowed() ? this.asked() : this.open.now()));
  private readonly refusal = signal<ApiProblem | undefined>(undefined);
  protected readonly problem = computed(() => (this.shown() === 'groups' ? this.refusal() : this.list.problem()));

  constructor() {
    effect(() => {
      this.filters();
      this.shown();
      untracked(() => {
        this.asked.set(undefined);
        void (this.shown() === 'groups' ? this.loadGroups() : this.list.begin());
      });
    });
    effect(() => {
      if (this.open.now() !== undefined) untracked(() => void this.follow());
    });
  }

  protected load(): Promise<void> {
    return this.shown() === 'groups' ? this.loadGroups() : this.list.load();
  }

  protected narrow(part: Partial<IncidentFilters>): void {
    const params = Object.entries(part).map(([name, value]) => [name, value === '' ? null : value]);
    this.go(Object.fromEntries(params) as Record<string, string | null>);
  }

  protected clear(): void {
    this.go(Object.fromEntries(filterNames.map((name) => [name, null])));
  }

  protected actOnGroup({ act, group }: GroupAct): void {
    const { redrive, isEditable } = group;
    this.ask({ act, target: { group: groupKey(group) }, redrive, isEditable });
  }

  protected actOnAll(act: IncidentActName): void {
    const filter = this.actFilter();
    if (filter !== undefined) this.ask({ act, target: { filter }, redrive: null, isEditable: false });
  }

  private ask(data: IncidentDialogInput): void {
    this.dialog
      .open(IncidentDialog, { data, autoFocus: '#reason' })
      .afterClosed()
      .subscribe(() => void this.load());
  }

  /** Something has come or gone somewhere. */
  private follow(): Promise<void> {
    return this.shown() === 'groups' ? this.loadGroups() : this.list.follow();
  }

  private async loadGroups(): Promise<void> {
    if (!this.isNarrowed()) return;
    const filters = this.filters();
    try {
      const groups = await this.api.groups({ ...filters });
      if (filters !== this.filters()) return;
      this.asked.set(groups);
      this.refusal.set(undefined);
    } catch (error) {
      if (filters === this.filters()) this.refusal.set(toProblem(error));
    }
  }

  private go(queryParams: Readonly<Record<string, string | null>>): void {
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge' });
  }
}
