import { Component, computed, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { IncidentGroup } from '@contracts/rest/incidents';
import type { IncidentActName } from '../../core/api/incidents-api';
import { LiveConnection } from '../../core/live/live-connection';
import { Time } from '../../core/time/time';
import { formatCount } from '../../ui/format';
import { ActMenu } from '../acts/act-menu';
import { incidentOffers } from './incident-acts';
import { groupId, groupKey, placeOf, reasonText, wordsOf } from './incident-words';

/** What was asked of a group. */
export interface GroupAct {
  readonly act: IncidentActName;
  readonly group: IncidentGroup;
}

/** Open incidents that are alike, a row each: what, where, how many, since when, and what can be done. */
@Component({
  selector: 'oqx-incident-groups',
  imports: [RouterLink, ActMenu, Time],
  template: `
    <ul class="rows" aria-label="Groups of open incidents" i18n-aria-label>
      @for (group of groups(); track idOf(group)) {
        <li data-test="incident-group">
          <div class="what">
            <a class="name" [routerLink]="['/dead-letters']" [queryParams]="each(group)">{{ words(group.kind).word }}</a>
            @if (group.code) {
              <code class="chip">{{ group.code }}</code>
            }
            <p class="reason" [title]="group.reason">{{ reasonText(group) }}</p>
            @if (placeOf(group); as place) {
              <p class="meta mono">{{ place }}</p>
            }
          </div>
          <p class="seen meta">
            <span
              ><ng-container i18n>last</ng-container>&ngsp;<b><oqx-time [at]="group.lastAt" form="ago" /></b
            ></span>
            @if (group.count > 1) {
              <span><ng-container i18n>first</ng-container>&ngsp;<oqx-time [at]="group.firstAt" form="ago" /></span>
            }
          </p>
          <a class="count" [routerLink]="['/dead-letters']" [queryParams]="each(group)" [attr.aria-label]="countLabel(group)">{{
            count(group.count)
          }}</a>
          <div class="row acts">
            @if (offers(group)[0]; as first) {
              <button
                type="button"
                class="btn small"
                [disabled]="first.whyNot !== undefined"
                [title]="first.whyNot ?? ''"
                (click)="acted.emit({ act: first.act, group })"
              >
                {{ first.word }}<span class="visually-hidden">&ngsp;{{ words(group.kind).word }}</span>
              </button>
            }
            <oqx-act-menu
              [offers]="offers(group)"
              label="More actions on the group"
              i18n-label
              title="Actions on the group"
              i18n-title
              (chosen)="acted.emit({ act: $event, group })"
            />
          </div>
        </li>
      }
    </ul>
  `,
  styles: `
    li {
      display: grid;
      grid-template-columns: minmax(0, 1fr) 128px 72px 152px;
      align-items: center;
      gap: 4px 24px;
      min-height: 72px;
    }
    .what {
      min-width: 0;
    }
    .name {
      margin-inline-end: 8px;
      font-weight: 500;
    }
    .name:hover,
    .count:hover {
      text-decoration: underline;
    }
    code.chip {
      max-width: 100%;
      overflow: hidden;
    }
    .reason {
      display: -webkit-box;
      margin-top: 2px;
      overflow: hidden;
      overflow-wrap: anywhere;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
    }
    .meta.mono {
      overflow-wrap: anywhere;
    }
    .seen {
      display: flex;
      flex-direction: column;
    }
    .seen b {
      font-weight: 500;
      color: var(--oqx-text);
    }
    .count {
      font: 600 20px/28px var(--oqx-font);
      text-align: end;
    }
    .acts {
      justify-content: flex-end;
      flex-wrap: nowrap;
      gap: 4px;
    }
    @media (max-width: 800px) {
      li {
        grid-template-columns: minmax(0, 1fr) auto;
        padding-block: 12px;
      }
      .what {
        grid-column: 1;
      }
      .count {
        grid-area: 1 / 2;
        align-self: start;
      }
      .seen {
        grid-area: 2 / 1;
        flex-flow: row wrap;
        gap: 0 12px;
      }
      .acts {
        grid-area: 2 / 2;
      }
    }
  `,
})
export class IncidentGroups {
  private readonly live = inject(LiveConnection);
  readonly groups = input.required<readonly IncidentGroup[]>();
  readonly acted = output<GroupAct>();
  private readonly isOffline = computed(() => this.live.state().phase === 'offline');
  protected readonly words = wordsOf;
  protected readonly idOf = groupId;
  protected readonly placeOf = placeOf;
  protected readonly reasonText = reasonText;
  protected readonly count = formatCount;

  protected offers({ redrive }: IncidentGroup) {
    return incidentOffers(redrive, this.isOffline());
  }

  protected countLabel({ count }: IncidentGroup): string {
    return $localize`Show each of the ${formatCount(count)}:count:`;
  }

  protected each(group: IncidentGroup) {
    const { kind, code, step, definition } = groupKey(group);
    return { view: 'each', kind, code, path: step, definition };
  }
}
