import { Component, computed, input, model } from '@angular/core';
import { readJson } from './json-text';

/** A box for JSON that says at once when it is none. */
@Component({
  selector: 'oqx-json-field',
  template: `
    <label [for]="boxId()">{{ label() }}</label>
    <textarea
      #box
      class="input mono"
      spellcheck="false"
      [id]="boxId()"
      [rows]="rows()"
      [value]="text()"
      [placeholder]="placeholder()"
      [attr.aria-invalid]="fault() !== undefined"
      [attr.aria-describedby]="boxId() + '-note'"
      (input)="text.set(box.value)"
    ></textarea>
    <p [id]="boxId() + '-note'" class="meta" [class.fault]="fault()" aria-live="polite">{{ fault() ?? hint() }}</p>
  `,
  host: { class: 'field' },
  styles: `
    p:empty {
      display: none;
    }
  `,
})
export class JsonField {
  /** Of the box itself. */
  readonly boxId = input('json');
  readonly label = input.required<string>();
  readonly hint = input('');
  readonly placeholder = input('');
  readonly rows = input(8);
  /** What somebody else finds wrong with it, once it is JSON. */
  readonly refusal = input<string>();
  readonly text = model.required<string>();
  protected readonly fault = computed(() => {
    const read = readJson(this.text());
    return read && 'fault' in read ? read.fault : this.refusal();
  });
}
