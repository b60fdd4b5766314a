import { Component, computed, inject, output } from '@angular/core';
import { ServerClock } from '../../core/time/server-clock';
import { Glyph } from '../../ui/glyph';
import { lookOf } from '../../ui/state';
import { InstanceStore } from './instance-store';
import { untilText } from './reasons';

/** Every open step and why it is open: what the banner has no room for. */
@Component({
  selector: 'oqx-waiting-list',
  imports: [Glyph],
  template: `
    @if (rows().length > 1) {
      <details>
        <summary>
          <ng-container i18n>{{ rows().length }} steps are open</ng-container>
        </summary>
        <ul>
          @for (row of rows(); track row.path) {
            <li [class]="'s-' + row.look.tone">
              <oqx-glyph [name]="row.look.glyph" />
              @if (row.path) {
                <button type="button" class="link" (click)="chosen.emit(row.path)">{{ row.path }}</button>
              }
              <span class="text">{{ row.text }}</span>
              @if (row.until) {
                <b class="nowrap">{{ row.until }}</b>
              }
            </li>
          }
        </ul>
      </details>
    }
  `,
  styles: `
    summary {
      width: fit-content;
      color: var(--oqx-muted);
      cursor: pointer;
    }
    ul {
      max-height: 200px;
      margin-top: 4px;
      overflow: auto;
    }
    li {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 2px 8px;
      padding: 4px 0;
      border-bottom: 1px solid var(--oqx-border);
    }
    .text {
      overflow-wrap: anywhere;
    }
    b {
      font-weight: 600;
    }
  `,
})
export class WaitingList {
  private readonly clock = inject(ServerClock);
  private readonly store = inject(InstanceStore);
  /** Path of a step. */
  readonly chosen = output<string>();
  protected readonly rows = computed(() => {
    const now = this.clock.now();
    return this.store.reasons().map((reason) => ({
      path: reason.path,
      text: reason.text,
      until: untilText(reason, now),
      look: lookOf(lookOfReason[reason.reason] ?? 'waiting'),
    }));
  });
}

const lookOfReason: Readonly<Record<string, string>> = {
  ask: 'asking',
  retry: 'retrying',
  running: 'running',
  sent: 'scheduled',
  queued: 'queued',
  no_worker: 'failed',
  paused: 'paused',
  cancelling: 'cancelling',
  compensating: 'compensating',
};
