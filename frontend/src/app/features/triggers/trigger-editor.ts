import { Component, computed, effect, inject, input, resource, signal, untracked } from '@angular/core';
import type { Trigger } from '@contracts/rest/triggers';
import { Api } from '../../core/api/api';
import { TriggersApi } from '../../core/api/triggers-api';
import { Icon } from '../../ui/icon';
import { JsonField } from '../../ui/json-field';
import { TextField } from '../../ui/text-field';
import { Editor } from '../editor/editor';
import { EditorFrame } from '../editor/editor-frame';
import { HookFields } from './hook-fields';
import { MessageFields } from './message-fields';
import { ScheduleFields } from './schedule-fields';
import type { TriggerFaults } from './trigger-fields';
import { emptyTriggerForm, fieldOfPath, formOf, toTriggerRequest, triggerFaults, type TriggerForm } from './trigger-form';
import { kinds, kindWords } from './trigger-words';

/** A trigger written by hand: a new one, or one there is. */
@Component({
  selector: 'oqx-trigger-editor',
  imports: [EditorFrame, Icon, JsonField, TextField, HookFields, MessageFields, ScheduleFields],
  templateUrl: './trigger-editor.html',
  styleUrl: './trigger-editor.css',
})
export class TriggerEditor {
  private readonly api = inject(TriggersApi);
  private readonly definitions = inject(Api).definitions;

  /** From the address. Absent: a new one. */
  readonly name = input<string>();
  readonly kind = input<string>();
  readonly definition = input<string>();

  protected readonly kinds = kinds;
  protected readonly words = kindWords;
  protected readonly editor = new Editor<Trigger, TriggerForm>(this.name, {
    path: '/triggers',
    words: { all: $localize`Schedules & triggers`, fresh: $localize`New trigger`, save: $localize`Save trigger` },
    empty: emptyTriggerForm,
    load: (name) => this.api.trigger(name),
    formOf,
    faultsOf: triggerFaults,
    fieldOf: fieldOfPath,
    save: (form, signed) => this.api.put(form.name.trim(), toTriggerRequest(form), signed),
  });
  protected readonly form = this.editor.form;
  private readonly names = resource({ loader: ({ abortSignal }) => this.definitions({ limit: 200 }, abortSignal) });
  protected readonly definitionNames = computed(() =>
    this.names.hasValue() ? this.names.value().items.map(({ name }) => name) : [],
  );
  /** What the server says of a schedule while it is typed. */
  private readonly live = signal<TriggerFaults | undefined>(undefined);
  protected readonly faults = computed<TriggerFaults>(() => ({
    ...(this.form().kind === 'schedule' && this.live()),
    ...this.editor.faults(),
  }));
  protected readonly inputHint = computed(() => {
    const root = { schedule: 'scheduledAt', hook: 'request', message: 'message' }[this.form().kind];
    return this.form().does === 'event' && this.form().kind !== 'schedule'
      ? $localize`Payload of the event, with expressions over ${root}:root:, e.g. "\${${root}.body}".`
      : $localize`With expressions over ${root}:root:, e.g. {"at": "\${${root}${root === 'scheduledAt' ? '' : '.body'}}"}. Nothing means {}.`;
  });

  constructor() {
    effect(() => {
      if (this.name() === undefined) untracked(() => this.begin());
    });
  }

  protected change(part: Partial<TriggerForm>): void {
    this.editor.change(part);
  }

  protected refuse(faults: TriggerFaults | undefined): void {
    this.live.set(faults);
  }

  private begin(): void {
    const kind = kinds.find((known) => known === this.kind()) ?? 'schedule';
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    this.editor.begin({ kind, definition: this.definition() ?? '', timezone: zone });
  }
}
