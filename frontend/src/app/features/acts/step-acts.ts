import { Component, computed, inject, input } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import type { InstanceStatus } from '@engine/model/lifecycle';
import { ActsApi, type StepActName } from '../../core/api/acts-api';
import { LiveConnection } from '../../core/live/live-connection';
import type { AskFacts } from '../asks/ask-facts';
import { ActDialog } from './act-dialog';
import { ActMenu, type Offer } from './act-menu';
import { impossibleStepActs } from './possible-acts';
import { stepPlan, type StepToAct } from './step-plans';

const names: readonly Offer<StepActName>[] = [
  { act: 'retry', word: $localize`Retry step…` },
  { act: 'complete', word: $localize`Complete…` },
  { act: 'skip', word: $localize`Skip with output…` },
  { act: 'cancel', word: $localize`Cancel step…`, isDanger: true },
];
/** As buttons; the rest is in the menu. */
const shownAtOnce = 2;

/** What can be done to one step; nothing is shown of a step that nothing can be done to. */
@Component({
  selector: 'oqx-step-acts',
  imports: [ActMenu],
  template: `
    @if (possible().length > 0) {
      <footer>
        @if (ask(); as ask) {
          <button type="button" class="btn primary" [disabled]="isOffline()" (click)="answer(ask)" i18n>Answer…</button>
        }
        @for (offer of possible().slice(0, ask() ? 1 : count); track offer.act; let first = $first) {
          <button
            type="button"
            class="btn"
            [class.primary]="first && offer.act === 'retry'"
            [disabled]="isOffline()"
            (click)="begin(offer.act)"
          >
            {{ offer.word }}
          </button>
        }
        <span class="grow"></span>
        <oqx-act-menu
          [offers]="menu()"
          label="More actions on the step"
          i18n-label
          title="Actions on the step"
          i18n-title
          (chosen)="begin($event)"
        />
      </footer>
    }
  `,
  styles: `
    :host {
      display: block;
      position: sticky;
      bottom: 0;
      z-index: 1;
    }
    footer {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
      padding: 12px 16px;
      border-top: 1px solid var(--oqx-border);
      background: var(--oqx-ground);
    }
  `,
})
export class StepActs {
  private readonly api = inject(ActsApi);
  private readonly dialog = inject(MatDialog);
  private readonly live = inject(LiveConnection);
  readonly instanceId = input.required<string>();
  readonly status = input.required<InstanceStatus>();
  readonly step = input.required<StepToAct>();
  /** Has the list it is in begun? */
  readonly hasBegun = input(true);
  /** What it asks people now. */
  readonly ask = input<AskFacts>();
  protected readonly count = shownAtOnce;
  protected readonly isOffline = computed(() => this.live.state().phase === 'offline');
  protected readonly offers = computed<readonly Offer<StepActName>[]>(() => {
    const not = impossibleStepActs(this.step(), { status: this.status(), hasBegun: this.hasBegun() });
    return names.map((name) => ({ ...name, whyNot: not[name.act] }));
  });
  protected readonly possible = computed(() => this.offers().filter(({ whyNot }) => whyNot === undefined));

  protected readonly menu = computed(() => {
    const offline = this.isOffline() ? $localize`The server cannot be reached.` : undefined;
    return this.offers().map((offer) => ({ ...offer, whyNot: offline ?? offer.whyNot }));
  });

  protected async answer(ask: AskFacts): Promise<void> {
    const { AskDialog } = await import('../asks/ask-dialog');
    this.dialog.open(AskDialog, { data: ask, autoFocus: 'textarea, input' });
  }

  protected begin(name: StepActName): void {
    const plan = stepPlan(this.api, this.instanceId(), this.step(), name);
    this.dialog.open(ActDialog, { data: plan, autoFocus: plan.json && !plan.json.optIn ? '#json' : '#reason' });
  }
}
