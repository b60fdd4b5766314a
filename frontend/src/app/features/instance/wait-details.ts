import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { WaitView } from '@engine/view/instance-view';
import { Time } from '../../core/time/time';
import { Icon } from '../../ui/icon';
import { JsonTree } from '../../ui/json-tree';

/** What a waiting step waits for, in full. */
@Component({
  selector: 'oqx-wait-details',
  imports: [RouterLink, Time, Icon, JsonTree],
  template: `
    @switch (wait().kind) {
      @case ('event') {
        @if (event(); as event) {
          <h3>
            @if (event.names.length === 1) {
              <ng-container i18n>Waits for this event</ng-container>
            } @else if (event.match === 'all') {
              <ng-container i18n>Waits for all of these events</ng-container>
            } @else {
              <ng-container i18n>Waits for one of these events</ng-container>
            }
          </h3>
          <ul>
            @for (name of event.names; track name) {
              <li class="row">
                <oqx-icon [name]="event.taken.includes(name) ? 'check' : 'event'" />
                <code>{{ name }}</code>
                @if (event.taken.includes(name)) {
                  <span class="muted" i18n>has come</span>
                }
              </li>
            }
          </ul>
          @if (event.key !== undefined) {
            <p>
              <ng-container i18n>with key</ng-container>&ngsp;<code>{{ event.key }}</code>
            </p>
          }
        }
      }
      @case ('ask') {
        @if (ask(); as waits) {
          <h3 i18n>Asks</h3>
          <blockquote>{{ waits.ask.prompt ?? waits.name }}</blockquote>
          <dl class="facts">
            <dt i18n>Kind</dt>
            <dd>{{ waits.ask.kind }}</dd>
            <dt i18n>Of</dt>
            <dd>
              @if (waits.assignees.length === 0) {
                <ng-container i18n>anybody</ng-container>
              } @else {
                {{ waits.assignees.join(', ') }}
              }
            </dd>
            @if (waits.claimedBy) {
              <dt i18n>Claimed by</dt>
              <dd>{{ waits.claimedBy }}</dd>
            }
            @if (waits.ask.choices) {
              <dt i18n>Choices</dt>
              <dd>{{ waits.ask.choices.join(', ') }}</dd>
            }
            @if (waits.ask.dueAt) {
              <dt i18n>Due</dt>
              <dd><oqx-time [at]="waits.ask.dueAt" /></dd>
            }
            @if (waits.name !== waits.ask.prompt) {
              <dt i18n>Name</dt>
              <dd class="mono">{{ waits.name }}</dd>
            }
          </dl>
          @if (waits.ask.form !== undefined) {
            <oqx-json [value]="waits.ask.form" label="Form" i18n-label />
          }
        }
      }
      @case ('timer') {
        @if (timer(); as timer) {
          <h3 i18n>Sleeps until</h3>
          <p>
            <oqx-time [at]="timer.dueAt" />
            @if (!timer.isAbsolute) {
              <span class="muted">&ngsp;<ng-container i18n>(a pause stops this clock)</ng-container></span>
            }
          </p>
        }
      }
      @case ('child') {
        @if (child(); as child) {
          <h3 i18n>Waits for its child</h3>
          <p>
            <a class="link" [routerLink]="['/instances', child.childId]">{{ child.workflow }}</a>
          </p>
        }
      }
      @case ('lock') {
        @if (lock(); as lock) {
          <h3 i18n>Waits for a lock</h3>
          <p>
            <code>{{ lock.key }}</code>
            @if (lock.limit > 1) {
              <span class="muted"
                >&ngsp;<ng-container i18n>that {{ lock.limit }} may hold at once</ng-container></span
              >
            }
          </p>
        }
      }
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 6px;
    }
    ul {
      display: flex;
      flex-direction: column;
      gap: 4px;
    }
    .row {
      gap: 6px;
    }
    blockquote {
      margin: 0;
      padding: 8px 12px;
      border-inline-start: 3px solid var(--oqx-state-waiting);
      background: var(--oqx-state-waiting-soft);
      overflow-wrap: anywhere;
    }
  `,
})
export class WaitDetails {
  readonly wait = input.required<WaitView>();
  protected readonly event = computed(() => this.of('event'));
  protected readonly ask = computed(() => this.of('ask'));
  protected readonly timer = computed(() => this.of('timer'));
  protected readonly child = computed(() => this.of('child'));
  protected readonly lock = computed(() => this.of('lock'));

  private of<K extends WaitView['kind']>(kind: K): Extract<WaitView, { kind: K }> | undefined {
    const wait = this.wait();
    return wait.kind === kind ? (wait as Extract<WaitView, { kind: K }>) : undefined;
  }
}
