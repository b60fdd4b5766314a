import { Component, input, output } from '@angular/core';

/** On or off; says what was wished, and shows what is: the change comes from outside. */
@Component({
  selector: 'oqx-switch',
  template: `
    <button
      type="button"
      role="switch"
      [attr.aria-checked]="isOn()"
      [attr.aria-label]="label()"
      [title]="title()"
      [disabled]="isDisabled()"
      (click)="toggled.emit(!isOn())"
    >
      <span></span>
    </button>
  `,
  styles: `
    :host {
      display: inline-flex;
    }
    button {
      position: relative;
      display: inline-flex;
      align-items: center;
      width: 36px;
      height: 24px;
      padding: 2px 0;
      border: 0;
      background: none;
      cursor: pointer;
    }
    button::before {
      content: '';
      width: 36px;
      height: 20px;
      border: 1px solid var(--oqx-border-control);
      border-radius: var(--oqx-radius-pill);
      background: var(--oqx-ground);
      transition: background-color var(--oqx-motion-hover) var(--oqx-ease);
    }
    span {
      position: absolute;
      width: 12px;
      height: 12px;
      margin-inline-start: 4px;
      border-radius: 50%;
      background: var(--oqx-border-control);
      transition: margin var(--oqx-motion-hover) var(--oqx-ease);
    }
    button[aria-checked='true']::before {
      border-color: var(--oqx-accent);
      background: var(--oqx-accent);
    }
    button[aria-checked='true'] span {
      margin-inline-start: 20px;
      background: var(--oqx-on-accent);
    }
    button:disabled {
      opacity: 0.55;
      cursor: default;
    }
  `,
})
export class Switch {
  readonly isOn = input.required<boolean>();
  /** Of what: `nightly is active`. */
  readonly label = input.required<string>();
  readonly title = input('');
  readonly isDisabled = input(false);
  /** What is wished for. */
  readonly toggled = output<boolean>();
}
