import { Component, computed, input } from '@angular/core';
import { CopyButton } from '../../ui/copy-button';
import { TextField } from '../../ui/text-field';
import { secretText } from './trigger-form';
import { TriggerFields } from './trigger-fields';
import { hookPath } from './trigger-words';

const mostSecrets = 5;

/** Where a hook listens, and the secrets its callers sign with. */
@Component({
  selector: 'oqx-hook-fields',
  imports: [CopyButton, TextField],
  template: `
    <div class="field">
      <span class="label" i18n>Address</span>
      <div class="address">
        <code>{{ address() }}</code>
        <oqx-copy [text]="address()" label="Copy address" i18n-label />
      </div>
      <p class="meta" i18n>Callers send a POST there; its body, headers and query are <code>request</code> in expressions.</p>
    </div>
    <oqx-text-field
      boxId="secrets"
      label="Secrets"
      i18n-label
      [isOptional]="true"
      [hint]="hint()"
      [fault]="faults().secrets"
      [isMono]="true"
      [rows]="2"
      placeholder="whsec_…"
      [text]="form().secrets"
      (textChange)="change({ secrets: $event })"
    >
      <div class="secrets">
        <button type="button" class="btn small" [disabled]="count() >= most" (click)="make()">
          {{ count() === 0 ? first : another }}
        </button>
        @if (form().secrets.trim() !== '') {
          <oqx-copy [text]="form().secrets.trim()" label="Copy secrets" i18n-label />
          <span class="meta" i18n>Copy them now: they are never shown again.</span>
        }
      </div>
    </oqx-text-field>
  `,
  styleUrl: './trigger-fields.css',
})
export class HookFields extends TriggerFields {
  /** One is set already: it is not shown, and stays unless others are given. */
  readonly hasSecret = input(false);
  protected readonly most = mostSecrets;
  protected readonly first = $localize`Make a secret`;
  protected readonly another = $localize`Make one more, to rotate`;
  protected readonly address = computed(() => location.origin + hookPath(this.form().name.trim() || '…'));
  protected readonly count = computed(
    () =>
      this.form()
        .secrets.split('\n')
        .filter((line) => line.trim() !== '').length,
  );
  protected readonly hint = computed(() =>
    this.hasSecret()
      ? $localize`It has a secret, which is not shown. What is given here takes its place: while rotating, the old and the new one, a line each.`
      : $localize`Standard Webhooks secrets, one a line: signatures of any of them are taken. Without one every caller is let in.`,
  );

  /** A fresh one above those there are. */
  protected make(): void {
    const secret = secretText(crypto.getRandomValues(new Uint8Array(32)));
    this.change({ secrets: [secret, this.form().secrets.trim()].filter(Boolean).join('\n') });
  }
}
