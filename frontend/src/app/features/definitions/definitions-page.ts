import { Component, computed, inject, resource, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { DefinitionSummary } from '@contracts/rest/definitions';
import { Api } from '../../core/api/api';
import { toProblem } from '../../core/api/api-problem';
import { Time } from '../../core/time/time';
import { Empty } from '../../ui/empty';
import { formatCount, formatShare } from '../../ui/format';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { State } from '../../ui/state';
import { TestWorkflow } from '../sample/test-workflow';
import { TestWorkflowButton } from '../sample/test-workflow-button';
import { pausedText } from './pause-plan';

/** What can run. */
@Component({
  selector: 'oqx-definitions-page',
  imports: [RouterLink, Time, Empty, Problem, Skeleton, State, TestWorkflowButton],
  template: `
    <div class="page">
      <div class="page-head">
        <h1 i18n>Definitions</h1>
        <span class="grow"></span>
        <input
          #box
          class="input search"
          type="search"
          placeholder="Part of a name"
          i18n-placeholder
          aria-label="Filter by name"
          i18n-aria-label
          (input)="text.set(box.value)"
        />
        <oqx-test-workflow-button />
      </div>
      @if (sample.problem(); as problem) {
        <oqx-problem [problem]="problem" (retry)="sample.start()" />
      }
      @if (problem(); as problem) {
        <oqx-problem [problem]="problem" (retry)="definitions.reload()" />
      }
      @if (rows(); as rows) {
        @if (rows.length > 0) {
          <div class="card flush scroll-x" tabindex="0" role="region" aria-label="Definitions" i18n-aria-label>
            <table class="table padded">
              <thead>
                <tr>
                  <th scope="col" i18n>Name</th>
                  <th scope="col" i18n>Active version</th>
                  <th scope="col" class="num" i18n>Versions</th>
                  <th scope="col" class="num" i18n>Running</th>
                  <th scope="col" class="num" i18n>Success, 24 h</th>
                  <th scope="col" class="num" i18n>Completed, 24 h</th>
                  <th scope="col" class="num" i18n>Failed, 24 h</th>
                  <th scope="col" class="num" i18n>Last change</th>
                </tr>
              </thead>
              <tbody>
                @for (row of rows; track row.name) {
                  <tr>
                    <td>
                      <a class="name" [routerLink]="['/definitions', row.name]">{{ row.name }}</a>
                      @if (pausedText(row); as why) {
                        &ngsp;<oqx-state state="paused" [title]="why" />
                      }
                      @if (row.title) {
                        <span class="muted">&ngsp;{{ row.title }}</span>
                      }
                    </td>
                    <td class="mono">{{ row.activeVersion ?? '–' }}</td>
                    <td class="num">{{ row.versions }}</td>
                    <td class="num">
                      <a class="link" routerLink="/instances" [queryParams]="{ definition: row.name }">{{
                        count(row.running)
                      }}</a>
                    </td>
                    <td class="num">{{ success(row) }}</td>
                    <td class="num">{{ count(row.completed24h) }}</td>
                    <td class="num" [class.failed]="row.failed24h > 0">{{ count(row.failed24h) }}</td>
                    <td class="num"><oqx-time [at]="row.registeredAt" form="ago" /></td>
                  </tr>
                }
              </tbody>
            </table>
          </div>
        } @else if (text()) {
          <oqx-empty [title]="noMatch" />
        } @else {
          <oqx-empty
            title="No definitions yet"
            i18n-title
            text="Push one with the command line or POST it to /api/v1/definitions; or let the sample register itself."
            i18n-text
          >
            <oqx-test-workflow-button [isPrimary]="true" />
          </oqx-empty>
        }
      } @else if (!problem()) {
        <oqx-skeleton [rows]="8" />
      }
    </div>
  `,
  styles: `
    .search {
      width: 240px;
    }
    .flush {
      padding: 0;
    }
    .name {
      font-weight: 500;
    }
    .name:hover {
      text-decoration: underline;
    }
    .failed {
      color: var(--oqx-state-failed-text);
    }
  `,
})
export class DefinitionsPage {
  private readonly api = inject(Api);
  protected readonly sample = inject(TestWorkflow);
  protected readonly text = signal('');
  protected readonly definitions = resource({ loader: ({ abortSignal }) => this.api.definitions({ limit: 200 }, abortSignal) });
  protected readonly problem = computed(() => (this.definitions.error() ? toProblem(this.definitions.error()) : undefined));
  protected readonly rows = computed(() => {
    const wanted = this.text().trim().toLowerCase();
    if (!this.definitions.hasValue()) return undefined;
    return this.definitions.value().items.filter(({ name, title }) => `${name} ${title ?? ''}`.toLowerCase().includes(wanted));
  });
  protected readonly noMatch = $localize`No definition has this in its name`;
  protected readonly count = formatCount;
  protected readonly pausedText = pausedText;

  protected success({ completed24h, failed24h }: DefinitionSummary): string {
    const ended = completed24h + failed24h;
    return ended === 0 ? '–' : formatShare(completed24h / ended);
  }
}
