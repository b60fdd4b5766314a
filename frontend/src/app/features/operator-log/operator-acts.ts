import { Component, computed, inject, input, resource } from '@angular/core';
import { toProblem } from '../../core/api/api-problem';
import { IncidentsApi } from '../../core/api/incidents-api';
import { Time } from '../../core/time/time';
import { Problem } from '../../ui/problem';

const most = 20;

/** What people did to one thing, newest first; nothing is shown while that is nothing. */
@Component({
  selector: 'oqx-operator-acts',
  imports: [Problem, Time],
  template: `
    @if (log.error(); as error) {
      <oqx-problem [problem]="problemOf(error)" (retry)="log.reload()" />
    }
    @if (items().length > 0) {
      <section class="card" aria-labelledby="acts-title">
        <header><h2 id="acts-title" i18n>What was done</h2></header>
        <ol>
          @for (item of items(); track item.id) {
            <li>
              <p>
                <b>{{ item.actor }}</b> <span class="mono muted">&ngsp;{{ item.action }}</span>
              </p>
              <p class="meta">
                <oqx-time [at]="item.at" />
                @if (item.address) {
                  &ngsp;· {{ item.address }}
                }
              </p>
              @if (item.reason) {
                <p>“{{ item.reason }}”</p>
              }
            </li>
          }
        </ol>
      </section>
    }
  `,
  styles: `
    ol {
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      padding: 8px 0;
      border-top: 1px solid var(--oqx-border);
      overflow-wrap: anywhere;
    }
    li:first-child {
      border-top: 0;
    }
    b {
      font-weight: 500;
    }
  `,
})
export class OperatorActs {
  private readonly api = inject(IncidentsApi);
  readonly target = input.required<string>();
  /** Whenever it changes, the log is read anew. */
  readonly acted = input(0);
  protected readonly log = resource({
    params: () => ({ target: this.target(), acted: this.acted() }),
    loader: ({ params, abortSignal }) => this.api.operatorLog({ target: params.target, limit: most }, abortSignal),
  });
  protected readonly items = computed(() => (this.log.hasValue() ? this.log.value().items : []));
  protected readonly problemOf = toProblem;
}
