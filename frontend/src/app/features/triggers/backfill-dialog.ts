import { Component, computed, effect, inject, signal, untracked } from '@angular/core';
import { MAT_DIALOG_DATA, MatDialogRef } from '@angular/material/dialog';
import type { Backfilled, BackfillRequest } from '@contracts/rest/triggers';
import { Announcer } from '../../core/announcer';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { TriggersApi } from '../../core/api/triggers-api';
import { KeyKeeper, newKey } from '../../core/new-key';
import { Person } from '../../core/person';
import { formatCount, formatZoned } from '../../ui/format';
import { Field } from '../../ui/field';
import { TextField } from '../../ui/text-field';
import { ActFrame } from '../acts/act-frame';
import { confirmation, daysBack, instantOf, rangeFault } from './backfill';
import { overlapWords } from './trigger-words';

export interface BackfillInput {
  readonly name: string;
  readonly timezone: string;
}

const restMs = 300;

/** Slots of a range that is past, started now: how many is counted first, and many are confirmed by their number. */
@Component({
  selector: 'oqx-backfill-dialog',
  imports: [ActFrame, Field, TextField],
  templateUrl: './backfill-dialog.html',
  styles: `
    .trial {
      padding: 10px 16px;
      border-radius: var(--oqx-radius-control);
      background: var(--oqx-raised);
    }
  `,
})
export class BackfillDialog {
  private readonly api = inject(TriggersApi);
  private readonly person = inject(Person);
  private readonly announcer = inject(Announcer);
  private readonly ref = inject<MatDialogRef<BackfillDialog, boolean>>(MatDialogRef);
  protected readonly asked = inject<BackfillInput>(MAT_DIALOG_DATA);
  private readonly keys = new KeyKeeper();
  protected readonly title = $localize`Backfill ${this.asked.name}:trigger:`;
  protected readonly range = signal(daysBack(Date.now(), 1));
  protected readonly overlap = signal<NonNullable<BackfillRequest['overlap']>>('allow');
  protected readonly overlaps = (['allow', 'skip', 'queueOne', 'cancelOld'] as const).map((name) => ({
    name,
    ...overlapWords[name],
  }));
  protected readonly typed = signal('');
  protected readonly trial = signal<Backfilled | undefined>(undefined);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  protected readonly isSending = signal(false);
  protected readonly count = formatCount;
  protected readonly fault = computed(() => rangeFault(this.range()));
  private readonly body = computed(() => ({
    from: instantOf(this.range().from),
    to: instantOf(this.range().to),
    overlap: this.overlap(),
  }));
  protected readonly confirmation = computed(() => confirmation(this.trial()?.slots ?? 0));
  protected readonly typeLabel = computed(() => $localize`Type ${this.confirmation()}:count: to go on`);
  protected readonly canSend = computed(() => {
    const [trial, wanted] = [this.trial(), this.confirmation()];
    if (trial === undefined || trial.slots === 0 || this.isSending()) return false;
    return wanted === undefined || this.typed().replaceAll(',', '').trim() === wanted;
  });

  constructor() {
    effect((onCleanup) => {
      const [range, fault] = [this.range(), this.fault()];
      this.overlap();
      untracked(() => this.trial.set(undefined));
      if (fault !== undefined || range.from === '') return;
      const rest = setTimeout(() => untracked(() => void this.try()), restMs);
      onCleanup(() => clearTimeout(rest));
    });
  }

  protected when(at: string | null): string {
    return at === null ? '' : (formatZoned(Date.parse(at), this.asked.timezone) ?? at);
  }

  protected async send(reason: string): Promise<void> {
    const body = { ...this.body(), ...this.person.signature(), ...(reason !== '' && { reason }) };
    this.isSending.set(true);
    this.problem.set(undefined);
    try {
      await this.api.backfill(this.asked.name, body, this.keys.keyFor(body));
      this.announcer.say($localize`${formatCount(this.trial()?.slots ?? 0)}:count: slots are started`);
      this.ref.close(true);
    } catch (error) {
      this.problem.set(toProblem(error));
      this.isSending.set(false);
    }
  }

  /** Only counts. */
  private async try(): Promise<void> {
    const body = this.body();
    this.problem.set(undefined);
    try {
      const trial = await this.api.backfill(this.asked.name, { ...body, dryRun: true }, newKey());
      if (body === this.body()) this.trial.set(trial);
    } catch (error) {
      if (body === this.body()) this.problem.set(toProblem(error));
    }
  }
}
