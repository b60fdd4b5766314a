import { Component, input } from '@angular/core';

/** Nothing to show, said in one sentence; what can be done about it goes inside. */
@Component({
  selector: 'oqx-empty',
  template: `
    <h2>{{ title() }}</h2>
    @if (text()) {
      <p class="muted">{{ text() }}</p>
    }
    <div class="actions"><ng-content /></div>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      align-items: center;
      gap: 4px;
      padding: 48px 24px;
      text-align: center;
    }
    p {
      max-width: 560px;
    }
    .actions {
      display: flex;
      flex-wrap: wrap;
      justify-content: center;
      gap: 8px;
      margin-top: 12px;
    }
    .actions:empty {
      display: none;
    }
  `,
})
export class Empty {
  readonly title = input.required<string>();
  readonly text = input<string>();
}
