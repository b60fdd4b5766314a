import { Component, computed, inject, input, output } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { CapacityApi } from '../../core/api/capacity-api';
import { LiveConnection } from '../../core/live/live-connection';
import { ActDialog } from '../acts/act-dialog';
import { ActMenu, type Offer } from '../acts/act-menu';
import { LaneDialog } from './lane-dialog';
import type { LaneScope } from './lane-form';
import { breakerPlan, pausePlan } from './lane-plans';
import type { LaneSettings } from './lanes';

type LaneAct = 'settings' | 'pause' | 'resume' | 'open' | 'closed' | 'auto';

/** What a queue or a task can be told: its limits, to stop and to go on, and what its breaker does. */
@Component({
  selector: 'oqx-lane-acts',
  imports: [ActMenu],
  template: `
    @if (settings().paused) {
      <button type="button" class="btn small" [disabled]="isOffline()" (click)="begin('resume')">
        <ng-container i18n>Resume…</ng-container><span class="visually-hidden">&ngsp;{{ name() }}</span>
      </button>
    } @else {
      <button type="button" class="btn small" [disabled]="isOffline()" (click)="begin('settings')">
        <ng-container i18n>Settings…</ng-container><span class="visually-hidden">&ngsp;{{ name() }}</span>
      </button>
    }
    <oqx-act-menu [offers]="offers()" [label]="label()" [title]="label()" (chosen)="begin($event)" />
  `,
  styles: `
    :host {
      display: flex;
      align-items: center;
      justify-content: flex-end;
      gap: 8px;
    }
  `,
})
export class LaneActs {
  private readonly api = inject(CapacityApi);
  private readonly dialog = inject(MatDialog);
  private readonly live = inject(LiveConnection);
  readonly scope = input.required<LaneScope>();
  readonly name = input.required<string>();
  readonly settings = input.required<LaneSettings>();
  /** Something was changed: look again. */
  readonly acted = output();
  protected readonly isOffline = computed(() => this.live.state().phase === 'offline');
  protected readonly label = computed(() =>
    this.scope() === 'queue'
      ? $localize`Actions on queue ${this.name()}:queue:`
      : $localize`Actions on task ${this.name()}:task:`,
  );
  protected readonly offers = computed<readonly Offer<LaneAct>[]>(() => {
    const { paused, breaker = 'closed' } = this.settings();
    const whyNot = this.isOffline() ? $localize`The server cannot be reached.` : undefined;
    const breakers: readonly Offer<LaneAct>[] = [
      { act: 'auto', word: $localize`Breaker: automatic…` },
      { act: 'open', word: $localize`Breaker: open…` },
      { act: 'closed', word: $localize`Breaker: close…` },
    ];
    const offers: readonly Offer<LaneAct>[] = [
      paused ? { act: 'resume', word: $localize`Resume…` } : { act: 'pause', word: $localize`Pause…` },
      { act: 'settings', word: $localize`Settings…` },
      ...(this.scope() === 'task' ? breakers.filter(({ act }) => act !== breaker) : []),
    ];
    return offers.map((offer) => ({ ...offer, whyNot }));
  });

  protected begin(act: LaneAct): void {
    const [scope, name] = [this.scope(), this.name()];
    if (act === 'settings') return this.told(LaneDialog, { scope, name, settings: this.settings() }, '#concurrency');
    const isPause = act === 'pause' || act === 'resume';
    const plan = isPause ? pausePlan(this.api, scope, name, act === 'pause') : breakerPlan(this.api, name, act);
    this.told(ActDialog, plan, '#reason');
  }

  private told(dialog: typeof ActDialog | typeof LaneDialog, data: unknown, autoFocus: string): void {
    this.dialog
      .open<ActDialog | LaneDialog, unknown, boolean>(dialog, { data, autoFocus })
      .afterClosed()
      .subscribe((isDone) => isDone && this.acted.emit());
  }
}
