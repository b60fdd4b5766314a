import { Component, computed, inject, resource } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api/api';
import { toProblem } from '../../core/api/api-problem';
import { IncidentsApi } from '../../core/api/incidents-api';
import { OpenIncidents } from '../../core/incidents/open-incidents';
import { Duration, Time } from '../../core/time/time';
import { Empty } from '../../ui/empty';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { State } from '../../ui/state';
import { IncidentRows } from '../incidents/incident-rows';
import { InstanceStore } from './instance-store';

/** Instances that have to do with this one: who started it, whom it started, restarts. */
@Component({
  selector: 'oqx-related-tab',
  imports: [RouterLink, IncidentRows, State, Time, Duration, Empty, Problem, Skeleton],
  template: `
    @if (instance(); as instance) {
      @if (parent(); as parent) {
        <section>
          <h2 i18n>Started by</h2>
          <p class="row">
            @if (parent.head; as head) {
              <oqx-state [state]="head.status" />
            }
            <a class="link" [routerLink]="['/instances', parent.instance]" [queryParams]="{ step: parent.path }">
              {{ parent.head?.summary ?? parent.head?.key ?? parent.head?.definition ?? parent.instance }}
            </a>
            <span class="muted"
              ><ng-container i18n>its step</ng-container>&ngsp;<code>{{ parent.path }}</code></span
            >
          </p>
        </section>
      }
      @if (instance.restartOf || instance.restartedAs.length > 0) {
        <section>
          <h2 i18n>Restarts</h2>
          @if (instance.restartOf) {
            <p>
              <ng-container i18n>Restarted from</ng-container>&ngsp;
              <a class="link mono" [routerLink]="['/instances', instance.restartOf]">{{ instance.restartOf }}</a>
            </p>
          }
          @for (id of instance.restartedAs; track id) {
            <p>
              <ng-container i18n>Restarted as</ng-container>&ngsp;
              <a class="link mono" [routerLink]="['/instances', id]">{{ id }}</a>
            </p>
          }
        </section>
      }
    }
    @if (incidents().length > 0) {
      <section>
        <h2 i18n>Incidents</h2>
        <oqx-incident-rows class="bleed" [incidents]="incidents()" />
      </section>
    }
    @if (children.error(); as error) {
      <oqx-problem [problem]="problemOf(error)" (retry)="children.reload()" />
    }
    @if (rows(); as rows) {
      @if (rows.length > 0) {
        <section>
          <h2 i18n>Children</h2>
          <div class="scroll-x" tabindex="0" role="region" aria-label="Children" i18n-aria-label>
            <table class="table">
              <thead>
                <tr>
                  <th scope="col" i18n>State</th>
                  <th scope="col" i18n>Instance</th>
                  <th scope="col" i18n>Definition</th>
                  <th scope="col" i18n>Step</th>
                  <th scope="col" class="num" i18n>Started</th>
                  <th scope="col" class="num" i18n>Took</th>
                </tr>
              </thead>
              <tbody>
                @for (row of rows; track row.id) {
                  <tr>
                    <td><oqx-state [state]="row.status" /></td>
                    <td>
                      <a class="link" [routerLink]="['/instances', row.id]">{{ row.summary ?? row.key ?? row.id }}</a>
                    </td>
                    <td>{{ row.definition }}@{{ row.version }}</td>
                    <td class="mono">{{ stepOf().get(row.id) }}</td>
                    <td class="num"><oqx-time [at]="row.startedAt ?? row.createdAt" /></td>
                    <td class="num"><oqx-duration [from]="row.startedAt" [to]="row.endedAt" /></td>
                  </tr>
                }
              </tbody>
            </table>
          </div>
          @if (hasMore()) {
            <p class="muted" i18n>The newest 100 are shown; the API lists all of them.</p>
          }
        </section>
      } @else if (isAlone()) {
        <oqx-empty [title]="aloneTitle" [text]="aloneText" />
      }
    } @else if (!children.error()) {
      <oqx-skeleton [rows]="3" />
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 20px;
      padding: 16px 24px;
    }
    section {
      display: flex;
      flex-direction: column;
      gap: 8px;
      min-width: 0;
    }
    .bleed {
      margin: 0 -24px;
    }
    p.row {
      flex-wrap: wrap;
      gap: 4px 12px;
    }
    p a.mono {
      overflow-wrap: anywhere;
    }
  `,
})
export class RelatedTab {
  private readonly api = inject(Api);
  private readonly incidentsApi = inject(IncidentsApi);
  private readonly open = inject(OpenIncidents);
  private readonly store = inject(InstanceStore);
  protected readonly instance = this.store.instance;
  /** Asked anew whenever the log tells of another child. */
  protected readonly children = resource({
    params: () => {
      const id = this.instance()?.id;
      return id === undefined ? undefined : { id, started: this.stepOf().size, isEnded: this.store.isEnded() };
    },
    loader: ({ params, abortSignal }) => this.api.instances({ parent: params.id, limit: 100 }, abortSignal),
  });
  private readonly ofIncidents = resource({
    params: () => {
      const id = this.instance()?.id;
      return id === undefined ? undefined : { id, now: this.open.now() };
    },
    loader: ({ params, abortSignal }) => this.incidentsApi.incidents({ instance: params.id, limit: 100 }, abortSignal),
  });
  protected readonly incidents = computed(() => (this.ofIncidents.hasValue() ? this.ofIncidents.value().items : []));
  private readonly parentHead = resource({
    params: () => this.instance()?.parentStep?.instance,
    loader: ({ params, abortSignal }) => this.api.instance(params, abortSignal),
  });
  protected readonly parent = computed(() => {
    const step = this.instance()?.parentStep;
    return step && { ...step, head: this.parentHead.hasValue() ? this.parentHead.value() : undefined };
  });
  protected readonly rows = computed(() => (this.children.hasValue() ? this.children.value().items : undefined));
  protected readonly hasMore = computed(() => this.children.hasValue() && this.children.value().next !== null);
  /** Path of the step that started a child, by the child's id. */
  protected readonly stepOf = computed(() => {
    const told = (this.instance()?.children ?? []).map(({ instance, path }) => [instance, path] as const);
    const seen = [...this.store.view().steps.values()].flatMap(({ path, child }) => (child ? [[child.id, path] as const] : []));
    return new Map([...told, ...seen]);
  });
  protected readonly isAlone = computed(() => {
    const instance = this.instance();
    return (
      instance &&
      this.incidents().length === 0 &&
      !instance.parentStep &&
      !instance.restartOf &&
      instance.restartedAs.length === 0
    );
  });
  protected readonly aloneTitle = $localize`This instance stands alone`;
  protected readonly aloneText = $localize`Parents, children and restarts are listed here. A workflow step starts a child.`;
  protected readonly problemOf = toProblem;
}
