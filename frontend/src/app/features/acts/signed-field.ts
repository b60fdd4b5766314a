import { Component, inject } from '@angular/core';
import { Person } from '../../core/person';

/** Who acts: typed once, remembered, shown wherever something is done. */
@Component({
  selector: 'oqx-signed-field',
  template: `
    <label class="muted" for="signed" i18n>As</label>
    <input
      #field
      id="signed"
      class="input"
      name="name"
      autocomplete="name"
      maxlength="200"
      placeholder="your name"
      i18n-placeholder
      title="Kept in the history with what you do; remembered in this browser"
      i18n-title
      [value]="person.name()"
      (change)="person.set(field.value)"
    />
  `,
  styles: `
    :host {
      display: flex;
      align-items: center;
      gap: 8px;
      min-width: 0;
    }
    input {
      max-width: 180px;
    }
  `,
})
export class SignedField {
  protected readonly person = inject(Person);
}
