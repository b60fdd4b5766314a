import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { NextTimes, Trigger } from '@contracts/rest/triggers';
import { Time } from '../../core/time/time';
import { CopyButton } from '../../ui/copy-button';
import { capital } from '../../ui/format';
import { Icon } from '../../ui/icon';
import { jsonText } from '../../ui/json-text';
import { hookPath, overlapWords, specText, whenText, zoneOf } from './trigger-words';
import { ZonedTimes } from './zoned-times';

/** What a trigger is: when it fires and next will, what it starts, by which rules. */
@Component({
  selector: 'oqx-trigger-facts',
  imports: [RouterLink, CopyButton, Icon, Time, ZonedTimes],
  template: `
    <section class="card" aria-labelledby="facts-title">
      <h2 id="facts-title" class="visually-hidden" i18n>Facts</h2>
      <p class="when" [class.mono]="trigger().kind === 'hook'">{{ when() }}</p>
      @if (trigger().kind === 'hook') {
        <p class="row address">
          <code>{{ address() }}</code> <oqx-copy [text]="address()" label="Copy address" i18n-label />
        </p>
      }
      <dl class="facts">
        @if (trigger().definition; as definition) {
          <dt i18n>Starts</dt>
          <dd>
            <a class="link" [routerLink]="['/definitions', definition]">{{ definition }}</a>
            @if (text('version'); as version) {
              &#64;{{ version }}
            }
          </dd>
        }
        @if (text('event'); as event) {
          <dt i18n>Delivers</dt>
          <dd class="mono">{{ event }}</dd>
        }
        @for (fact of facts(); track fact.word) {
          <dt>{{ fact.word }}</dt>
          <dd [class.mono]="fact.isCode" [title]="fact.help ?? ''">{{ fact.text }}</dd>
        }
        <dt i18n>From</dt>
        <dd>
          @if (trigger().source === 'definition') {
            <ng-container i18n>its definition, with the active version</ng-container>
          } @else {
            <ng-container i18n>the API</ng-container>
          }
        </dd>
        <dt i18n>Changed</dt>
        <dd><oqx-time [at]="trigger().changedAt" form="ago" /></dd>
      </dl>
      @if (next(); as next) {
        @for (warning of next.warnings; track warning) {
          <p class="warning s-retrying">
            <oqx-icon name="warning" /> <span>{{ warning }}</span>
          </p>
        }
        @if (trigger().status === 'active') {
          <h3 i18n>Next times</h3>
          @if (next.times.length > 0) {
            <oqx-zoned-times [isColumn]="true" [times]="times()" [timeZone]="next.timezone" />
          } @else {
            <p class="muted" i18n>It never comes due again.</p>
          }
        }
      }
      @if (trigger().spec['input'] !== undefined) {
        <h3 i18n>Input</h3>
        <pre class="code" tabindex="0" role="region" aria-label="Input" i18n-aria-label>{{ input() }}</pre>
      }
    </section>
  `,
  styles: `
    .card {
      display: flex;
      flex-direction: column;
      gap: 12px;
    }
    .when {
      font: 600 16px/24px var(--oqx-font);
      overflow-wrap: anywhere;
    }
    .when.mono {
      font-family: var(--oqx-mono);
      font-size: 13px;
    }
    .address code {
      overflow-wrap: anywhere;
    }
    .warning {
      display: flex;
      align-items: flex-start;
      gap: 8px;
      padding: 8px 12px;
      border-radius: var(--oqx-radius-control);
      background: var(--s);
    }
    .warning oqx-icon {
      margin-top: 2px;
      color: var(--t);
    }
  `,
})
export class TriggerFacts {
  readonly trigger = input.required<Trigger>();
  readonly next = input<NextTimes>();
  protected readonly when = computed(() => capital(whenText(this.trigger())));
  protected readonly input = computed(() => jsonText(this.trigger().spec['input']));
  protected readonly times = computed(() => this.next()?.times.map(({ at }) => at) ?? []);
  protected readonly address = computed(() => location.origin + hookPath(this.trigger().name));
  protected readonly facts = computed<readonly Fact[]>(() => factsOf(this.trigger()));

  protected text(name: string): string {
    return specText(this.trigger(), name);
  }
}

interface Fact {
  readonly word: string;
  readonly text: string;
  readonly isCode?: boolean;
  readonly help?: string;
}

function factsOf(trigger: Trigger): Fact[] {
  const code = (word: string, name: string): Fact[] => {
    const text = specText(trigger, name);
    return text === '' ? [] : [{ word, text, isCode: true }];
  };
  const key = code($localize`Key`, 'key');
  switch (trigger.kind) {
    case 'schedule': {
      const overlap = overlapWords[(specText(trigger, 'overlap') || 'allow') as keyof typeof overlapWords];
      const limit = specText(trigger, 'disableAfter');
      return [
        ...code($localize`Cron`, 'cron'),
        { word: $localize`Zone`, text: zoneOf(trigger) },
        { word: $localize`Overlap`, text: overlap.word, help: overlap.help },
        { word: $localize`Catch up`, text: specText(trigger, 'catchUp') || '1m' },
        { word: $localize`Jitter`, text: specText(trigger, 'jitter') || '0s' },
        ...(limit === '' ? [] : [{ word: $localize`Disables`, text: $localize`after ${limit}:count: failures in a row` }]),
        ...key,
      ];
    }
    case 'hook':
      return [
        {
          word: $localize`Signature`,
          text: trigger.hasSecret ? $localize`checked with its secret` : $localize`not checked: every caller is let in`,
        },
        ...key,
      ];
    case 'message':
      return [
        ...code($localize`Exchange`, 'exchange'),
        ...code($localize`Routing key`, 'routingKey'),
        ...code($localize`Queue`, 'queue'),
        ...code($localize`Filter`, 'filter'),
        ...key,
      ];
  }
}
