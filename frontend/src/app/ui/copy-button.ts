import { Component, DestroyRef, inject, input, signal } from '@angular/core';
import { Icon } from './icon';

/** Copies `text`; the icon answers with a tick for two seconds. */
@Component({
  selector: 'oqx-copy',
  imports: [Icon],
  template: `
    <button
      type="button"
      class="icon-button small"
      [attr.aria-label]="isCopied() ? copied : label()"
      [title]="label()"
      (click)="copy($event)"
    >
      <oqx-icon [name]="isCopied() ? 'check' : 'copy'" />
    </button>
  `,
  styles: ':host { display: inline-flex; }',
})
export class CopyButton {
  readonly text = input.required<string>();
  readonly label = input($localize`Copy`);
  protected readonly copied = $localize`Copied`;
  protected readonly isCopied = signal(false);
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.timer));
  }

  async copy(event?: Event): Promise<void> {
    event?.stopPropagation();
    await navigator.clipboard.writeText(this.text());
    this.isCopied.set(true);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.isCopied.set(false), 2_000);
  }
}
