import { Component, computed, input, model } from '@angular/core';
import { readJson } from './json-text';
import { TextField } from './text-field';

/** A box for JSON that says at once when it is none. */
@Component({
  selector: 'oqx-json-field',
  imports: [TextField],
  template: `
    <oqx-text-field
      [boxId]="boxId()"
      [label]="label()"
      [hint]="hint()"
      [fault]="fault()"
      [isMono]="true"
      [rows]="rows()"
      [placeholder]="placeholder()"
      [(text)]="text"
    />
  `,
  host: { style: 'display: contents' },
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
