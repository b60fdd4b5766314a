import { Component, effect, inject, input, signal, untracked } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { HookDelivery } from '@contracts/rest/triggers';
import { PageList } from '../../core/api/page-list';
import { TriggersApi } from '../../core/api/triggers-api';
import { pollWhileVisible } from '../../core/live/poll-while-visible';
import { Time } from '../../core/time/time';
import { formatBytes } from '../../ui/format';
import { Icon } from '../../ui/icon';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { State } from '../../ui/state';

const pageSize = 50;
const pollMs = 4_000;

const signatureWords: Readonly<Record<HookDelivery['signature'], string>> = {
  valid: $localize`Valid`,
  invalid: $localize`Invalid`,
  missing: $localize`Missing`,
  unchecked: $localize`Not checked`,
};

/** The requests that came to a hook, the newest first, and what became of each. */
@Component({
  selector: 'oqx-hook-deliveries',
  imports: [RouterLink, Icon, Problem, Skeleton, State, Time],
  template: `
    <header><h2 id="came-title" i18n>Deliveries</h2></header>
    @if (deliveries.problem(); as problem) {
      <oqx-problem [problem]="problem" (retry)="deliveries.load()" />
    }
    @if (deliveries.items().length > 0) {
      <div class="scroll-x" tabindex="0" role="region" aria-label="Table of deliveries" i18n-aria-label>
        <table class="table padded">
          <thead>
            <tr>
              <th scope="col" i18n>Request</th>
              <th scope="col" i18n>Outcome</th>
              <th scope="col" i18n>Signature</th>
              <th scope="col" class="num" i18n>Answered</th>
              <th scope="col" class="num" i18n>Size</th>
              <th scope="col" class="num" i18n>Received</th>
            </tr>
          </thead>
          <tbody>
            @for (delivery of deliveries.items(); track delivery.id + delivery.at) {
              <tr>
                <td>
                  <button type="button" class="open mono" [attr.aria-expanded]="opened() === delivery" (click)="toggle(delivery)">
                    <oqx-icon [name]="opened() === delivery ? 'down' : 'right'" />
                    <span>{{ delivery.id }}</span>
                  </button>
                </td>
                <td class="outcome">
                  @if (delivery.instance; as instance) {
                    <a class="link" [routerLink]="['/instances', instance]"><oqx-state [state]="delivery.outcome" /></a>
                  } @else {
                    <oqx-state [state]="delivery.outcome" />
                  }
                  @if (delivery.reason) {
                    <span class="meta reason">{{ delivery.reason }}</span>
                  }
                </td>
                <td [class.fault]="delivery.signature === 'invalid' || delivery.signature === 'missing'">
                  {{ signatures[delivery.signature] }}
                </td>
                <td class="num mono">{{ delivery.status }}</td>
                <td class="num">{{ size(delivery.bytes) }}</td>
                <td class="num"><oqx-time [at]="delivery.at" form="ago" /></td>
              </tr>
              @if (opened() === delivery) {
                <tr class="whole">
                  <td colspan="6">
                    <pre class="code" tabindex="0" role="region" aria-label="Body" i18n-aria-label>{{
                      delivery.body || '–'
                    }}</pre>
                  </td>
                </tr>
              }
            }
          </tbody>
        </table>
      </div>
      @if (deliveries.hasMore()) {
        <button type="button" class="btn more" (click)="deliveries.more()" i18n>Show more</button>
      }
    } @else if (deliveries.isLoaded()) {
      <p class="muted none" i18n>No request has come yet.</p>
    } @else if (!deliveries.problem()) {
      <oqx-skeleton [rows]="5" />
    }
  `,
  styleUrl: './came.css',
})
export class HookDeliveries {
  private readonly api = inject(TriggersApi);
  readonly name = input.required<string>();
  /** Whenever it changes, the list is looked at at once. */
  readonly acted = input(0);
  protected readonly deliveries = new PageList((from) => this.api.deliveries(this.name(), { limit: pageSize, ...from }));
  /** Whose body is shown. */
  private readonly openedId = signal<string | undefined>(undefined);
  protected readonly signatures = signatureWords;
  protected readonly size = formatBytes;

  constructor() {
    effect(() => {
      this.name();
      untracked(() => void this.deliveries.begin());
    });
    effect(() => {
      if (this.acted() > 0) untracked(() => void this.deliveries.load());
    });
    pollWhileVisible(pollMs, () => this.deliveries.follow());
  }

  protected opened(): HookDelivery | undefined {
    return this.deliveries.items().find((delivery) => idOf(delivery) === this.openedId());
  }

  protected toggle(delivery: HookDelivery): void {
    this.openedId.update((id) => (id === idOf(delivery) ? undefined : idOf(delivery)));
  }
}

/** The same id may come twice. */
const idOf = ({ id, at }: HookDelivery): string => `${at} ${id}`;
