import { Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import type { OperatorLogItem } from '@contracts/rest/incidents';
import { IncidentsApi } from '../../core/api/incidents-api';
import { PageList } from '../../core/api/page-list';
import { pollWhileVisible } from '../../core/live/poll-while-visible';
import { Time } from '../../core/time/time';
import { Empty } from '../../ui/empty';
import { shortId } from '../../ui/format';
import { Icon } from '../../ui/icon';
import { JsonTree } from '../../ui/json-tree';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { instantOf, localMinute } from '../triggers/backfill';
import { isId, subjects, targetLink } from './operator-words';

const pageSize = 100;
const pollMs = 4_000;

/** The trail of what people did. */
@Component({
  selector: 'oqx-operator-log-page',
  imports: [RouterLink, Empty, Icon, JsonTree, Problem, Skeleton, Time],
  templateUrl: './operator-log-page.html',
  styleUrl: './operator-log-page.css',
})
export class OperatorLogPage {
  private readonly api = inject(IncidentsApi);
  private readonly router = inject(Router);

  /** From the address. */
  readonly actor = input<string>();
  readonly action = input<string>();
  readonly target = input<string>();
  readonly from = input<string>();
  readonly to = input<string>();

  private readonly query = computed(() => {
    const [actor, action, target, from, to] = [this.actor(), this.action(), this.target(), this.from(), this.to()];
    return { actor, action, target, from, to };
  });
  protected readonly isNarrowed = computed(() => Object.values(this.query()).some((value) => value));
  protected readonly subjects = subjects;
  /** One action, by address: it is in no list. */
  protected readonly ownAction = computed(() => {
    const action = this.action();
    return action && !subjects.some((subject) => action === `${subject}.*`) ? action : undefined;
  });
  protected readonly log = new PageList((from) => this.api.operatorLog({ ...this.query(), limit: pageSize, ...from }));
  /** Id of the one whose details are shown. */
  protected readonly opened = signal<string | undefined>(undefined);
  protected readonly instant = instantOf;

  constructor() {
    effect(() => {
      this.query();
      untracked(() => void this.log.begin());
    });
    pollWhileVisible(pollMs, () => this.log.follow());
  }

  protected linkOf({ action, target }: OperatorLogItem): readonly string[] | undefined {
    return targetLink(action, target);
  }

  protected nameOf({ target }: OperatorLogItem): string {
    return isId(target) ? shortId(target) : target;
  }

  protected local(at: string | undefined): string {
    const ms = at === undefined ? NaN : Date.parse(at);
    return Number.isNaN(ms) ? '' : localMinute(ms);
  }

  protected toggle(id: string): void {
    this.opened.update((opened) => (opened === id ? undefined : id));
  }

  protected narrow(part: Readonly<Record<string, string>>): void {
    const given = Object.entries(part).map(([name, value]) => [name, value.trim() === '' ? null : value.trim()]);
    this.go(Object.fromEntries(given) as Record<string, string | null>);
  }

  protected clear(): void {
    this.go({ actor: null, action: null, target: null, from: null, to: null });
  }

  private go(queryParams: Readonly<Record<string, string | null>>): void {
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge' });
  }
}
