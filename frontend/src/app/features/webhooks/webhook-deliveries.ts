import { Component, computed, effect, inject, input, untracked } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import type { WebhookDelivery } from '@contracts/rest/webhooks';
import { PageList } from '../../core/api/page-list';
import { WebhooksApi } from '../../core/api/webhooks-api';
import { pollWhileVisible } from '../../core/live/poll-while-visible';
import { ServerClock } from '../../core/time/server-clock';
import { Time } from '../../core/time/time';
import { formatDuration, formatLeft, shortId } from '../../ui/format';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { State } from '../../ui/state';
import { Tabs } from '../../ui/tabs';
import { ActDialog } from '../acts/act-dialog';
import { redeliverPlan } from './webhook-plans';

const pageSize = 50;
const pollMs = 3_000;
const statuses = ['waiting', 'failed', 'delivered'] as const;

/** What was sent to a webhook, the newest first, with what came back; one can be sent again. */
@Component({
  selector: 'oqx-webhook-deliveries',
  imports: [RouterLink, Problem, Skeleton, State, Tabs, Time],
  templateUrl: './webhook-deliveries.html',
  styleUrl: './webhook-deliveries.css',
})
export class WebhookDeliveries {
  private readonly api = inject(WebhooksApi);
  private readonly dialog = inject(MatDialog);
  private readonly clock = inject(ServerClock);
  readonly name = input.required<string>();
  /** From the address; absent: all of them. */
  readonly status = input<string>();
  /** Whenever it changes, the list is looked at at once. */
  readonly acted = input(0);
  protected readonly current = computed(() => statuses.find((status) => status === this.status()) ?? 'all');
  protected readonly tabs = [
    { name: 'all', word: $localize`All` },
    { name: 'waiting', word: $localize`Waiting` },
    { name: 'failed', word: $localize`Failed` },
    { name: 'delivered', word: $localize`Delivered` },
  ];
  protected readonly deliveries = new PageList<WebhookDelivery>((from) => {
    const status = this.current() === 'all' ? undefined : this.current();
    return this.api.deliveries(this.name(), { status, limit: pageSize, ...from });
  });
  protected readonly span = formatDuration;
  protected readonly short = shortId;

  constructor() {
    effect(() => {
      this.name();
      this.current();
      untracked(() => void this.deliveries.begin());
    });
    effect(() => {
      if (this.acted() > 0) untracked(() => void this.deliveries.load());
    });
    pollWhileVisible(pollMs, () => this.deliveries.follow());
  }

  /** What came of the last attempt. */
  protected answer({ attempts, lastStatus, lastError }: WebhookDelivery): string {
    if (attempts === 0) return $localize`Not tried yet`;
    if (lastStatus !== null) return lastError ? `${lastStatus} · ${lastError}` : String(lastStatus);
    return lastError ?? $localize`No answer`;
  }

  protected due({ nextAt }: WebhookDelivery): string | undefined {
    if (nextAt === null) return undefined;
    const at = Date.parse(nextAt);
    return at <= this.clock.now() ? $localize`now` : $localize`in ${formatLeft(at, this.clock.now())}:span:`;
  }

  protected again(delivery: WebhookDelivery): void {
    this.dialog
      .open(ActDialog, { data: redeliverPlan(this.api, this.name(), delivery), autoFocus: '#reason' })
      .afterClosed()
      .subscribe(() => void this.deliveries.load());
  }
}
