import { Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Incident } from '@contracts/rest/incidents';
import { Time } from '../../core/time/time';
import { formatCount, shortId } from '../../ui/format';
import { State } from '../../ui/state';
import { reasonText, wordsOf } from './incident-words';

/** Incidents one by one. */
@Component({
  selector: 'oqx-incident-rows',
  imports: [RouterLink, State, Time],
  template: `
    <div class="scroll-x" tabindex="0" role="region" aria-label="Table of incidents" i18n-aria-label>
      <table class="table padded">
        <thead>
          <tr>
            <th scope="col" i18n>State</th>
            <th scope="col" i18n>What</th>
            <th scope="col" i18n>Reason</th>
            <th scope="col" i18n>Instance and step</th>
            <th scope="col" class="num" i18n>Times</th>
            <th scope="col" class="num" i18n>Last seen</th>
          </tr>
        </thead>
        <tbody>
          @for (incident of incidents(); track incident.id) {
            <tr data-test="incident-row">
              <td><oqx-state [state]="incident.status" /></td>
              <td>
                <a class="link" [routerLink]="['/dead-letters', incident.id]">{{ words(incident.kind).word }}</a>
                @if (incident.code) {
                  <span class="meta code mono">{{ incident.code }}</span>
                }
              </td>
              <td class="reason" [title]="incident.reason">
                <span class="ellipsis">{{ incident.closedReason ?? reasonText(incident) }}</span>
              </td>
              <td>
                @if (incident.instance; as instance) {
                  <a
                    class="link mono"
                    [routerLink]="['/instances', instance]"
                    [queryParams]="incident.path ? { step: incident.path } : {}"
                    >{{ incident.path ?? short(instance) }}</a
                  >
                  <span class="meta code">{{ incident.definition }}</span>
                } @else {
                  <span class="muted">{{ incident.definition ?? '–' }}</span>
                }
              </td>
              <td class="num">{{ count(incident.deliveries) }}</td>
              <td class="num"><oqx-time [at]="incident.lastAt" form="ago" /></td>
            </tr>
          }
        </tbody>
      </table>
    </div>
  `,
  styles: `
    td {
      height: 52px;
    }
    .code {
      display: block;
    }
    .reason {
      width: 50%;
      max-width: 0;
      min-width: 220px;
    }
    .reason .ellipsis {
      display: block;
    }
    .padded th:first-child,
    .padded td:first-child {
      padding-inline-start: 24px;
    }
    .padded th:last-child,
    .padded td:last-child {
      padding-inline-end: 24px;
    }
    @media (max-width: 600px) {
      .padded th:first-child,
      .padded td:first-child {
        padding-inline-start: 12px;
      }
    }
  `,
})
export class IncidentRows {
  readonly incidents = input.required<readonly Incident[]>();
  protected readonly words = wordsOf;
  protected readonly short = shortId;
  protected readonly reasonText = reasonText;
  protected readonly count = formatCount;
}
