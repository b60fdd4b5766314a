import { Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Title } from '@angular/platform-browser';
import { Router, RouterLink } from '@angular/router';
import type { Webhook } from '@contracts/rest/webhooks';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { WebhooksApi } from '../../core/api/webhooks-api';
import { LiveConnection } from '../../core/live/live-connection';
import { pollWhileVisible } from '../../core/live/poll-while-visible';
import { Time } from '../../core/time/time';
import { Breadcrumb } from '../../ui/breadcrumb';
import { CopyButton } from '../../ui/copy-button';
import { formatCount } from '../../ui/format';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { State } from '../../ui/state';
import { ActDialog } from '../acts/act-dialog';
import { ActMenu, type Offer } from '../acts/act-menu';
import type { ActPlan } from '../acts/act-plan';
import { Banner } from '../instance/banner-line';
import { WebhookDeliveries } from './webhook-deliveries';
import { filterText } from './webhook-form';
import { removeWebhookPlan, webhookPlan, type WebhookAct } from './webhook-plans';
import { FreshSecret } from './fresh-secret';

type Act = WebhookAct | 'delete';
const pollMs = 3_000;

/** One webhook: where it sends what, how that goes, and what it can be told. A secret made just now is shown this once. */
@Component({
  selector: 'oqx-webhook-page',
  imports: [RouterLink, ActMenu, Banner, Breadcrumb, CopyButton, Problem, Skeleton, State, Time, WebhookDeliveries],
  templateUrl: './webhook-page.html',
  styleUrl: './webhook-page.css',
})
export class WebhookPage {
  private readonly api = inject(WebhooksApi);
  private readonly dialog = inject(MatDialog);
  private readonly router = inject(Router);
  private readonly title = inject(Title);
  private readonly live = inject(LiveConnection);
  private readonly fresh = inject(FreshSecret);

  readonly name = input.required<string>();
  /** From the address: which deliveries. */
  readonly status = input<string>();

  protected readonly webhook = signal<Webhook | undefined>(undefined);
  protected readonly secret = signal<string | undefined>(undefined);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  protected readonly acted = signal(0);
  protected readonly filterText = filterText;
  protected readonly count = formatCount;
  protected readonly trail = computed(() => [{ text: $localize`Webhooks`, link: ['/webhooks'] }, { text: this.name() }]);
  protected readonly banner = computed(() => {
    const { status, note } = this.webhook()!;
    if (status === 'active') return undefined;
    return { state: status, text: note ? $localize`Disabled: ${note}:note:` : $localize`Disabled: nothing is sent to it.` };
  });
  protected readonly offers = computed<readonly Offer<Act>[]>(() => {
    const whyNot = this.live.state().phase === 'offline' ? $localize`The server cannot be reached.` : undefined;
    const isActive = this.webhook()?.status === 'active';
    const offers: readonly Offer<Act>[] = [
      { act: 'test', word: $localize`Send test…` },
      isActive ? { act: 'disable', word: $localize`Disable…` } : { act: 'enable', word: $localize`Enable…` },
      { act: 'delete', word: $localize`Delete…`, isDanger: true },
    ];
    return offers.map((offer) => ({ ...offer, whyNot }));
  });
  protected readonly shown = computed(() => this.offers().filter(({ act, whyNot }) => act !== 'delete' && !whyNot));

  constructor() {
    effect(() => {
      const name = this.name();
      untracked(() => {
        this.title.setTitle(`${name} · OrquestraX`);
        this.webhook.set(undefined);
        this.secret.set(this.fresh.takeOf(name));
        void this.load();
      });
    });
    pollWhileVisible(pollMs, () => this.load());
  }

  protected async load(): Promise<void> {
    const name = this.name();
    try {
      const webhook = await this.api.webhook(name);
      if (name !== this.name()) return;
      this.webhook.set(webhook);
      this.problem.set(undefined);
    } catch (error) {
      if (name === this.name()) this.problem.set(toProblem(error));
    }
  }

  protected begin(act: Act): void {
    const name = this.name();
    if (act === 'delete') this.ask(removeWebhookPlan(this.api, name), '#line', () => void this.router.navigate(['/webhooks']));
    else this.ask(webhookPlan(this.api, this.webhook()!, act), '#reason', () => this.look());
  }

  private ask(data: ActPlan, autoFocus: string, then: () => void): void {
    this.dialog
      .open(ActDialog, { data, autoFocus })
      .afterClosed()
      .subscribe((isDone) => isDone && then());
  }

  private look(): void {
    this.acted.update((count) => count + 1);
    void this.load();
  }
}
