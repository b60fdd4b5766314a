import { Component, computed, DestroyRef, inject, input } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import type { InstanceStatus } from '@engine/model/lifecycle';
import { ActsApi, type InstanceActName } from '../../core/api/acts-api';
import { Shortcuts } from '../../core/keyboard/shortcuts';
import { LiveConnection } from '../../core/live/live-connection';
import { ActDialog } from './act-dialog';
import { ActMenu, type Offer } from './act-menu';
import { instancePlan } from './instance-plans';
import { impossibleActs, type InstanceAct } from './possible-acts';

/** Of the instance that is acted upon. */
export interface ActedInstance {
  readonly id: string;
  readonly definition: string;
  readonly version: string;
  readonly status: InstanceStatus;
  readonly input: unknown;
  /** Ids of the top level, in definition order. */
  readonly stepIds: readonly string[];
  /** Names of the events it waits for. */
  readonly awaited: readonly string[];
}

const names: readonly Offer<InstanceAct>[] = [
  { act: 'retry', word: $localize`Retry failed…`, key: 'Shift R' },
  { act: 'event', word: $localize`Send event…` },
  { act: 'pause', word: $localize`Pause…` },
  { act: 'resume', word: $localize`Resume…` },
  { act: 'restart', word: $localize`Run again…` },
  { act: 'cancel', word: $localize`Cancel…`, key: 'Shift C', isDanger: true },
];

/** What can be done to the whole instance: the fitting acts as buttons, all of them in a menu that says why one cannot be. */
@Component({
  selector: 'oqx-instance-acts',
  imports: [ActMenu],
  template: `
    @for (offer of shown(); track offer.act) {
      <button
        type="button"
        class="btn"
        [class.primary]="offer.act === 'retry' || offer.act === 'resume'"
        [class.danger]="offer.isDanger"
        [disabled]="offer.whyNot !== undefined"
        [title]="offer.whyNot ?? (offer.key ? offer.word + ' (' + offer.key + ')' : '')"
        (click)="begin(offer.act)"
      >
        {{ offer.act === 'cancel' && isCancelling() ? cancelling : offer.word }}
      </button>
    }
    <oqx-act-menu [offers]="offers()" title="Actions on the instance" i18n-title (chosen)="begin($event)" />
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 8px;
    }
  `,
})
export class InstanceActs {
  private readonly api = inject(ActsApi);
  private readonly dialog = inject(MatDialog);
  private readonly live = inject(LiveConnection);
  readonly instance = input.required<ActedInstance>();
  protected readonly cancelling = $localize`Cancelling…`;
  protected readonly isCancelling = computed(() => this.instance().status === 'cancelling');

  protected readonly offers = computed<readonly Offer<InstanceAct>[]>(() => {
    const not = impossibleActs(this.instance().status);
    const offline = this.live.state().phase === 'offline' ? $localize`The server cannot be reached.` : undefined;
    return names.map((name) => ({ ...name, whyNot: offline ?? not[name.act] }));
  });
  /** The fitting ones; an open instance keeps its cancel button in place even while it cannot be used. */
  protected readonly shown = computed(() => {
    const not = impossibleActs(this.instance().status);
    const isAwaiting = this.instance().awaited.length > 0;
    const isShown = (act: InstanceAct): boolean =>
      act === 'cancel'
        ? not.cancel === undefined || this.isCancelling()
        : not[act] === undefined && (act !== 'event' || isAwaiting);
    return this.offers().filter(({ act }) => isShown(act));
  });

  constructor() {
    const take = inject(Shortcuts).register({
      'Shift+c': () => this.beginIfPossible('cancel'),
      'Shift+r': () => this.beginIfPossible('retry'),
    });
    inject(DestroyRef).onDestroy(take);
  }

  protected begin(act: InstanceAct): void {
    if (act === 'restart') void this.restart();
    else if (act === 'event') void this.sendEvent();
    else this.ask(act);
  }

  private beginIfPossible(act: InstanceAct): boolean {
    const isPossible = this.offers().some((offer) => offer.act === act && offer.whyNot === undefined);
    if (isPossible) this.begin(act);
    return isPossible;
  }

  private ask(name: InstanceActName): void {
    this.dialog.open(ActDialog, { data: instancePlan(this.api, this.instance().id, name), autoFocus: '#reason' });
  }

  private async restart(): Promise<void> {
    const { RestartDialog } = await import('./restart-dialog');
    this.dialog.open(RestartDialog, { data: this.instance(), autoFocus: '#from' });
  }

  private async sendEvent(): Promise<void> {
    const { SendEventDialog } = await import('../events/send-event-dialog');
    const { id, awaited } = this.instance();
    this.dialog.open(SendEventDialog, { data: { instance: id, names: awaited }, autoFocus: '#event-name' });
  }
}
