import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { OpenIncidents } from '../../core/incidents/open-incidents';
import { Time } from '../../core/time/time';
import { formatCount } from '../../ui/format';
import { Glyph } from '../../ui/glyph';
import { groupId, groupKey, reasonText, wordsOf } from './incident-words';

const most = 4;

/** What needs a person most, on the overview; nothing is shown while that is nothing. */
@Component({
  selector: 'oqx-attention-card',
  imports: [RouterLink, Glyph, Time],
  template: `
    @if (groups().length > 0) {
      <section class="card" aria-labelledby="attention-title">
        <header>
          <h2 id="attention-title" i18n>Needs attention</h2>
          <a class="link" routerLink="/dead-letters" i18n>Dead letters ({{ open.badge() }})</a>
        </header>
        <ul class="s-failed">
          @for (group of groups(); track group.id) {
            <li data-test="attention">
              <oqx-glyph name="failed" />
              <a class="what" routerLink="/dead-letters" [queryParams]="group.query">{{ group.word }}</a>
              <span class="grow ellipsis muted wide-only" [title]="group.reason">{{ group.reason }}</span>
              <span class="num">{{ group.count }}</span>
              <span class="meta when wide-only"><oqx-time [at]="group.lastAt" form="ago" /></span>
            </li>
          }
        </ul>
      </section>
    }
  `,
  styles: `
    :host:empty {
      display: none;
    }
    li {
      display: flex;
      align-items: center;
      gap: 12px;
      min-height: 36px;
      border-top: 1px solid var(--oqx-border);
    }
    li:first-child {
      border-top: 0;
    }
    oqx-glyph {
      color: var(--c);
    }
    .what {
      white-space: nowrap;
    }
    .what:hover {
      text-decoration: underline;
    }
    .num {
      margin-inline-start: auto;
      font-weight: 600;
    }
    .when {
      width: 96px;
      text-align: end;
    }
    @media (max-width: 600px) {
      .wide-only {
        display: none;
      }
      .what {
        white-space: normal;
      }
    }
  `,
})
export class AttentionCard {
  protected readonly open = inject(OpenIncidents);
  protected readonly groups = computed(() =>
    (this.open.now()?.groups ?? []).slice(0, most).map((group) => {
      const { kind, code, step, definition } = groupKey(group);
      return {
        id: groupId(group),
        word: wordsOf(group.kind).word,
        reason: reasonText(group),
        count: formatCount(group.count),
        lastAt: group.lastAt,
        query: { view: 'each', kind, code, path: step, definition },
      };
    }),
  );
}
