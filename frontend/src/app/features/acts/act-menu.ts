import { CdkMenuModule } from '@angular/cdk/menu';
import { Component, input, output } from '@angular/core';
import { Icon } from '../../ui/icon';

/** Something that can be done, or why it cannot be done now. */
export interface Offer<Act extends string = string> {
  readonly act: Act;
  readonly word: string;
  readonly key?: string | undefined;
  readonly whyNot?: string | undefined;
  readonly isDanger?: boolean | undefined;
}

/** All that can be done to something, behind one button; says why something cannot be done. What is dangerous comes after a line. */
@Component({
  selector: 'oqx-act-menu',
  imports: [CdkMenuModule, Icon],
  template: `
    <button type="button" class="icon-button" [attr.aria-label]="label()" [title]="label()" [cdkMenuTriggerFor]="all">
      <oqx-icon name="more" />
    </button>
    <ng-template #all>
      <section [attr.aria-label]="title()">
        <div class="action-menu" cdkMenu>
          @for (offer of offers(); track offer.act; let isFirst = $first) {
            @if (offer.isDanger && !isFirst) {
              <hr />
            }
            <button
              type="button"
              cdkMenuItem
              [cdkMenuItemDisabled]="offer.whyNot !== undefined"
              [class.danger]="offer.isDanger"
              [title]="offer.whyNot ?? ''"
              (cdkMenuItemTriggered)="chosen.emit(offer.act)"
            >
              <span class="name">{{ offer.word }}</span>
              @if (offer.whyNot) {
                <span class="why">{{ offer.whyNot }}</span>
              } @else if (offer.key) {
                <kbd aria-hidden="true">{{ offer.key }}</kbd>
              }
            </button>
          }
        </div>
      </section>
    </ng-template>
  `,
  styles: ':host { display: inline-flex; }',
})
export class ActMenu<Act extends string> {
  readonly offers = input.required<readonly Offer<Act>[]>();
  /** Of the button. */
  readonly label = input($localize`More actions`);
  /** Of the menu. */
  readonly title = input.required<string>();
  readonly chosen = output<Act>();
}
