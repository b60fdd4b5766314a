import { Component, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Webhook } from '@contracts/rest/webhooks';
import { PageList } from '../../core/api/page-list';
import { WebhooksApi } from '../../core/api/webhooks-api';
import { pollWhileVisible } from '../../core/live/poll-while-visible';
import { Time } from '../../core/time/time';
import { Empty } from '../../ui/empty';
import { formatCount } from '../../ui/format';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { State } from '../../ui/state';
import { filterText } from './webhook-form';

const pageSize = 50;
const pollMs = 4_000;

/** Where lifecycle events are sent by HTTP, and how that goes. */
@Component({
  selector: 'oqx-webhooks-page',
  imports: [RouterLink, Empty, Problem, Skeleton, State, Time],
  templateUrl: './webhooks-page.html',
  styleUrl: './webhooks-page.css',
})
export class WebhooksPage {
  private readonly api = inject(WebhooksApi);
  protected readonly webhooks = new PageList<Webhook>((from) => this.api.webhooks({ limit: pageSize, ...from }));
  protected readonly filterText = filterText;
  protected readonly count = formatCount;

  constructor() {
    void this.webhooks.load();
    pollWhileVisible(pollMs, () => this.webhooks.follow());
  }
}
