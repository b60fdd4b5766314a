import { Component, computed, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { NextTimes, Trigger } from '@contracts/rest/triggers';
import { Time } from '../../core/time/time';
import { Icon } from '../../ui/icon';
import { State } from '../../ui/state';
import { Switch } from '../../ui/switch';
import { detailText, effectText, kindWords, standsStill, troubleOf, whenText } from './trigger-words';
import { ZonedTimes } from './zoned-times';

/** One trigger of a list: what it is, when it fires, what came of it last, and whether it does so at all. */
@Component({
  selector: '[oqx-trigger-row]',
  imports: [RouterLink, Icon, State, Switch, Time, ZonedTimes],
  template: `
    <div class="what">
      <span class="row">
        <oqx-icon [name]="words().icon" [title]="words().one" />
        <a class="name ellipsis" [routerLink]="['/triggers', trigger().name]">{{ trigger().name }}</a>
      </span>
      <span class="meta ellipsis">{{ effect() }}</span>
    </div>
    <div class="when">
      <span class="line" [class.mono]="trigger().kind === 'hook'">{{ when() }}</span>
      <span class="meta ellipsis" [class.mono]="trigger().kind === 'schedule'">{{ detail() }}</span>
    </div>
    <div class="next">
      @if (still(); as still) {
        <span [class]="'still s-' + trigger().status">
          <oqx-state [state]="trigger().status" [text]="still" [title]="still" />
        </span>
      } @else if (trouble(); as trouble) {
        <oqx-state state="failed" [text]="trouble" [title]="trouble" />
      } @else if (next(); as next) {
        <oqx-zoned-times [times]="times()" [timeZone]="next.timezone" />
      } @else if (trigger().nextAt) {
        <oqx-time [at]="trigger().nextAt" />
      }
    </div>
    <div class="last">
      @if (trigger().lastRunAt) {
        @if (trigger().lastInstance; as instance) {
          <a class="row" [routerLink]="['/instances', instance]"><oqx-state [state]="outcome()" /></a>
        } @else {
          <oqx-state [state]="outcome()" />
        }
        <span class="meta">
          <oqx-time [at]="trigger().lastRunAt" form="ago" />
          @if (trigger().failuresInRow > 1) {
            &ngsp;·&ngsp;<span class="fault" i18n>{{ trigger().failuresInRow }} failed in a row</span>
          }
        </span>
      } @else {
        <span class="muted" i18n>Not fired yet</span>
      }
    </div>
    <oqx-switch
      class="switch"
      [isOn]="trigger().status === 'active'"
      [label]="label()"
      [title]="title()"
      [isDisabled]="isOffline()"
      (toggled)="toggled.emit($event)"
    />
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(160px, 3fr) minmax(180px, 3fr) minmax(0, 5fr) minmax(120px, 2fr) 40px;
      align-items: center;
      gap: 8px 24px;
    }
    .what,
    .when,
    .next,
    .last {
      display: flex;
      flex-direction: column;
      min-width: 0;
    }
    .row > oqx-icon {
      color: var(--oqx-muted);
    }
    .name {
      min-width: 0;
      font-weight: 500;
    }
    .name:hover,
    a.row:hover {
      text-decoration: underline;
    }
    .line {
      overflow-wrap: anywhere;
    }
    @media (max-width: 1100px) {
      :host {
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) 40px;
      }
      .switch {
        grid-area: 1 / 3;
      }
    }
    @media (max-width: 600px) {
      :host {
        grid-template-columns: minmax(0, 1fr) 40px;
      }
      .switch {
        grid-area: 1 / 2;
      }
      .when,
      .next,
      .last {
        grid-column: 1 / 3;
      }
    }
  `,
})
export class TriggerRow {
  readonly trigger = input.required<Trigger>();
  readonly next = input<NextTimes>();
  readonly isOffline = input(false);
  /** Wished to be on, or off. */
  readonly toggled = output<boolean>();
  protected readonly words = computed(() => kindWords[this.trigger().kind]);
  protected readonly effect = computed(() => effectText(this.trigger()));
  protected readonly when = computed(() => whenText(this.trigger()));
  protected readonly detail = computed(() => detailText(this.trigger()));
  protected readonly trouble = computed(() => troubleOf(this.trigger()));
  protected readonly still = computed(() => standsStill(this.trigger()));
  protected readonly times = computed(
    () =>
      this.next()
        ?.times.slice(0, 3)
        .map(({ at }) => at) ?? [],
  );
  protected readonly outcome = computed(() => this.trigger().lastOutcome ?? 'started');
  protected readonly label = computed(() => $localize`${this.trigger().name}:trigger: is active`);
  protected readonly title = computed(() => (this.trigger().status === 'active' ? $localize`Pause…` : $localize`Resume…`));
}
