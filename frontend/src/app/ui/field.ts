import { Component, input } from '@angular/core';

/** A label, the box inside, and below it the fault or else the hint. The box carries `[id]="for"` and `aria-describedby="<for>-note"`. */
@Component({
  selector: 'oqx-field',
  template: `
    <label [for]="for()">
      {{ label() }}
      @if (isOptional()) {
        <span class="muted optional" i18n>(optional)</span>
      }
    </label>
    <ng-content />
    <p [id]="for() + '-note'" class="meta" [class.fault]="fault()" aria-live="polite">{{ fault() ?? hint() }}</p>
  `,
  host: { class: 'field' },
  styles: `
    .optional {
      font-weight: 400;
    }
    p:empty {
      display: none;
    }
  `,
})
export class Field {
  /** Id of the box. */
  readonly for = input.required<string>();
  readonly label = input.required<string>();
  readonly hint = input('');
  readonly fault = input<string>();
  readonly isOptional = input(false);
}
