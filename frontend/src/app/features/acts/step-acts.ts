import { CdkMenuModule } from '@angular/cdk/menu';
import { Component, computed, inject, input } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import type { InstanceStatus } from '@engine/model/lifecycle';
import { ActsApi, type StepActName } from '../../core/api/acts-api';
import { LiveConnection } from '../../core/live/live-connection';
import { Icon } from '../../ui/icon';
import type { AskFacts } from '../asks/ask-facts';
import { ActDialog } from './act-dialog';
import { impossibleStepActs } from './possible-acts';
import { stepPlan, type StepToAct } from './step-plans';

const names: readonly { readonly act: StepActName; readonly word: string }[] = [
  { act: 'retry', word: $localize`Retry step…` },
  { act: 'complete', word: $localize`Complete…` },
  { act: 'skip', word: $localize`Skip with output…` },
  { act: 'cancel', word: $localize`Cancel step…` },
];
/** As buttons; the rest is in the menu. */
const shownAtOnce = 2;

/** What can be done to one step; nothing is shown of a step that nothing can be done to. */
@Component({
  selector: 'oqx-step-acts',
  imports: [CdkMenuModule, Icon],
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
        <button
          type="button"
          class="icon-button"
          aria-label="More actions on the step"
          i18n-aria-label
          title="More actions"
          i18n-title
          [cdkMenuTriggerFor]="all"
        >
          <oqx-icon name="more" />
        </button>
      </footer>
    }
    <ng-template #all>
      <section aria-label="Actions on the step" i18n-aria-label>
        <div class="action-menu" cdkMenu>
          @for (offer of offers(); track offer.act) {
            <button
              type="button"
              cdkMenuItem
              [cdkMenuItemDisabled]="offer.whyNot !== undefined || isOffline()"
              [class.danger]="offer.act === 'cancel'"
              [title]="offer.whyNot ?? ''"
              (cdkMenuItemTriggered)="begin(offer.act)"
            >
              <span class="name">{{ offer.word }}</span>
              @if (offer.whyNot) {
                <span class="why">{{ offer.whyNot }}</span>
              }
            </button>
          }
        </div>
      </section>
    </ng-template>
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
  protected readonly offers = computed(() => {
    const not = impossibleStepActs(this.step(), { status: this.status(), hasBegun: this.hasBegun() });
    return names.map((name) => ({ ...name, whyNot: not[name.act] }));
  });
  protected readonly possible = computed(() => this.offers().filter(({ whyNot }) => whyNot === undefined));

  protected async answer(ask: AskFacts): Promise<void> {
    const { AskDialog } = await import('../asks/ask-dialog');
    this.dialog.open(AskDialog, { data: ask, autoFocus: 'textarea, input' });
  }

  protected begin(name: StepActName): void {
    const plan = stepPlan(this.api, this.instanceId(), this.step(), name);
    this.dialog.open(ActDialog, { data: plan, autoFocus: plan.json && !plan.json.optIn ? '#json' : '#reason' });
  }
}
