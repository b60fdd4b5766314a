import { Component, computed, inject, signal } from '@angular/core';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import type { EventOutcome } from '@contracts/rest/events';
import { Announcer } from '../../core/announcer';
import { ActsApi } from '../../core/api/acts-api';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { KeyKeeper } from '../../core/new-key';
import { JsonField } from '../../ui/json-field';
import { Problem } from '../../ui/problem';
import { TextField } from '../../ui/text-field';
import { emptyEventForm, eventByKey, eventFaults, eventToInstance, outcomeText, type EventForm } from './event-form';

export interface SendEventInput {
  /** Absent: by key, to whoever waits. */
  readonly instance?: string;
  /** Names that are waited for; the first to begin with. */
  readonly names: readonly string[];
}

/** An event by hand, to one instance or by key; says what became of it. */
@Component({
  selector: 'oqx-send-event-dialog',
  imports: [MatDialogModule, JsonField, Problem, TextField],
  templateUrl: './send-event-dialog.html',
  styles: `
    .outcome {
      padding: 12px 16px;
      border-inline-start: 4px solid var(--c);
      border-radius: var(--oqx-radius-control);
      background: var(--s);
    }
  `,
})
export class SendEventDialog {
  private readonly api = inject(ActsApi);
  private readonly announcer = inject(Announcer);
  private readonly ref = inject<MatDialogRef<SendEventDialog, boolean>>(MatDialogRef);
  protected readonly asked = inject<SendEventInput>(MAT_DIALOG_DATA);
  private readonly keys = new KeyKeeper();
  protected readonly isByKey = this.asked.instance === undefined;
  protected readonly form = signal<EventForm>({ ...emptyEventForm, name: this.asked.names[0] ?? '' });
  protected readonly isSending = signal(false);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  protected readonly outcome = signal<EventOutcome | undefined>(undefined);
  protected readonly outcomeWords = computed(() => outcomeText(this.outcome()!));
  protected readonly tone = computed(
    () => ({ matched: 'completed', kept: 'waiting', dropped: 'failed', stored: 'queued' })[this.outcome()!.outcome],
  );
  protected readonly canSend = computed(() => !this.isSending() && eventFaults(this.form(), this.isByKey).length === 0);
  /** Shown only where something was typed. */
  protected readonly ttlFault = computed(() => eventFaults(this.form(), this.isByKey).find(({ field }) => field === 'ttl')?.text);

  protected change(part: Partial<EventForm>): void {
    this.form.update((form) => ({ ...form, ...part }));
    this.outcome.set(undefined);
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (!this.canSend()) return;
    this.isSending.set(true);
    this.problem.set(undefined);
    try {
      this.outcome.set(await this.deliver());
      this.announcer.say(this.outcomeWords());
    } catch (error) {
      this.problem.set(toProblem(error));
    }
    this.isSending.set(false);
  }

  protected close(): void {
    this.ref.close(this.outcome() !== undefined);
  }

  private deliver(): Promise<EventOutcome> {
    const { instance } = this.asked;
    const form = this.form();
    const key = this.keys.keyFor(form);
    return instance === undefined
      ? this.api.sendByKey(eventByKey(form), key)
      : this.api.sendToInstance(instance, eventToInstance(form), key);
  }
}
