import { Component, input, type OnInit, output, signal } from '@angular/core';
import { JsonField } from '../json-field';
import { jsonText, readJson, UnreadJson } from '../json-text';

/** A value typed as JSON; the text stays as it is typed, whatever it means. */
@Component({
  selector: 'oqx-json-member',
  imports: [JsonField],
  template: `<oqx-json-field
    [boxId]="boxId()"
    [label]="label()"
    [hint]="hint()"
    [rows]="5"
    [text]="text()"
    (textChange)="typed($event)"
  />`,
})
export class JsonMember implements OnInit {
  readonly boxId = input.required<string>();
  readonly label = input.required<string>();
  readonly hint = input('');
  /** To begin with. */
  readonly value = input<unknown>();
  /** undefined: nothing; an `UnreadJson` while it is no JSON. */
  readonly changed = output<unknown>();
  protected readonly text = signal('');

  ngOnInit(): void {
    this.text.set(jsonText(this.value()));
  }

  protected typed(text: string): void {
    this.text.set(text);
    const read = readJson(text);
    this.changed.emit(read === undefined ? undefined : 'fault' in read ? new UnreadJson(read.fault) : read.value);
  }
}
