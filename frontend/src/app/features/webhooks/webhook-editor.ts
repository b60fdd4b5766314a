import { Component, computed, inject, input } from '@angular/core';
import type { Webhook } from '@contracts/rest/webhooks';
import { WebhooksApi } from '../../core/api/webhooks-api';
import { Field } from '../../ui/field';
import { TextField } from '../../ui/text-field';
import { Editor } from '../editor/editor';
import { EditorFrame } from '../editor/editor-frame';
import { FreshSecret } from './fresh-secret';
import {
  emptyWebhookForm,
  eventWords,
  severityWords,
  toWebhookRequest,
  webhookFaults,
  webhookField,
  webhookForm,
  type Lifecycle,
  type WebhookForm,
} from './webhook-form';

/** A webhook written by hand: a new one, or one there is. A secret made for it is kept for its page, which shows it once. */
@Component({
  selector: 'oqx-webhook-editor',
  imports: [EditorFrame, Field, TextField],
  templateUrl: './webhook-editor.html',
})
export class WebhookEditor {
  private readonly api = inject(WebhooksApi);
  private readonly fresh = inject(FreshSecret);

  /** From the address. Absent: a new one. */
  readonly name = input<string>();

  protected readonly events = Object.entries(eventWords).map(([name, word]) => ({ name: name as Lifecycle, word }));
  protected readonly severities = Object.entries(severityWords).map(([name, word]) => ({ name, word }));
  protected readonly editor = new Editor<Webhook, WebhookForm>(this.name, {
    path: '/webhooks',
    words: { all: $localize`Webhooks`, fresh: $localize`New webhook`, save: $localize`Save webhook` },
    empty: emptyWebhookForm,
    load: (name) => this.api.webhook(name),
    formOf: webhookForm,
    faultsOf: webhookFaults,
    fieldOf: webhookField,
    save: async (form, signed) => {
      const saved = await this.api.put(form.name.trim(), toWebhookRequest(form), signed);
      this.fresh.hold(saved.name, saved.secret);
      return saved;
    },
  });
  protected readonly form = this.editor.form;
  protected readonly faults = this.editor.faults;
  protected readonly secretHint = computed(() =>
    this.name() === undefined
      ? $localize`One a line. Nothing: one is made, and shown once when it is saved.`
      : $localize`Nothing: it stays as it is. While rotating, the old and the new one, a line each: both sign.`,
  );
  protected readonly headersHint = computed(() => {
    const names = this.editor.known()?.headers ?? [];
    return names.length === 0
      ? $localize`Sent along, a name and a value a line.`
      : $localize`It sends ${names.join(', ')}:names:, whose values are not shown. Nothing: they stay as they are.`;
  });

  protected change(part: Partial<WebhookForm>): void {
    this.editor.change(part);
  }

  protected toggleEvent(name: Lifecycle): void {
    const events = new Set(this.form().events);
    if (!events.delete(name)) events.add(name);
    this.change({ events });
  }
}
