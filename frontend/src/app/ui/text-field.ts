import { Component, input, model } from '@angular/core';
import { Field } from './field';

/** A labelled box for text, of one line or (`rows`) of several, that is neither completed nor spell-checked by the browser. */
@Component({
  selector: 'oqx-text-field',
  imports: [Field],
  template: `
    <oqx-field [for]="boxId()" [label]="label()" [isOptional]="isOptional()" [hint]="hint()" [fault]="fault()">
      @if (rows() > 1) {
        <textarea
          #area
          class="input"
          autocomplete="off"
          spellcheck="false"
          [class.mono]="isMono()"
          [id]="boxId()"
          [rows]="rows()"
          [placeholder]="placeholder()"
          [attr.maxlength]="maxlength()"
          [attr.aria-describedby]="boxId() + '-note'"
          [attr.aria-invalid]="fault() !== undefined"
          [value]="text()"
          (input)="text.set(area.value)"
        ></textarea>
      } @else {
        <input
          #line
          class="input"
          autocomplete="off"
          spellcheck="false"
          [class.mono]="isMono()"
          [class.short]="isShort()"
          [id]="boxId()"
          [type]="type()"
          [placeholder]="placeholder()"
          [attr.inputmode]="inputmode()"
          [attr.maxlength]="maxlength()"
          [attr.list]="list()"
          [attr.aria-describedby]="boxId() + '-note'"
          [attr.aria-invalid]="fault() !== undefined"
          [value]="text()"
          (input)="text.set(line.value)"
        />
      }
      <ng-content />
    </oqx-field>
  `,
  host: { style: 'display: contents' },
  styles: `
    .short {
      max-width: 160px;
    }
  `,
})
export class TextField {
  /** Of the box itself. */
  readonly boxId = input.required<string>();
  readonly label = input.required<string>();
  readonly hint = input('');
  readonly fault = input<string>();
  readonly isOptional = input(false);
  /** For names, expressions and the like. */
  readonly isMono = input(false);
  /** For a number. */
  readonly isShort = input(false);
  readonly rows = input(1);
  readonly type = input('text');
  readonly placeholder = input('');
  readonly inputmode = input<string>();
  readonly maxlength = input<number | string>();
  /** Id of the `datalist` that completes it. */
  readonly list = input<string>();
  readonly text = model.required<string>();
}
