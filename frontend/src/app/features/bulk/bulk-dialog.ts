import { Component, computed, effect, inject, signal, untracked } from '@angular/core';
import { MAT_DIALOG_DATA, MatDialogRef } from '@angular/material/dialog';
import { Router } from '@angular/router';
import { type BulkAction, type BulkDryRun, type BulkRequest } from '@contracts/rest/bulk';
import { ActsApi } from '../../core/api/acts-api';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { KeyKeeper, newKey } from '../../core/new-key';
import { Person } from '../../core/person';
import { ServerClock } from '../../core/time/server-clock';
import { formatCount } from '../../ui/format';
import { TextField } from '../../ui/text-field';
import { ActFrame } from '../acts/act-frame';
import { noFilters, type Filters } from '../instances/filters';
import { bulkWords, confirmation, toBulkFilter } from './bulk';

export interface BulkDialogInput {
  /** Ticked. */
  readonly ids: readonly string[];
  /** What the list is narrowed to; absent: only the ids can be meant. */
  readonly filters?: Filters;
  readonly action?: BulkAction;
}

/** One action on many: which ones, what is done, a trial run that counts, and then it runs as a job of the server. */
@Component({
  selector: 'oqx-bulk-dialog',
  imports: [ActFrame, TextField],
  templateUrl: './bulk-dialog.html',
  styleUrl: './bulk-dialog.css',
})
export class BulkDialog {
  private readonly api = inject(ActsApi);
  private readonly router = inject(Router);
  private readonly person = inject(Person);
  private readonly ref = inject<MatDialogRef<BulkDialog, boolean>>(MatDialogRef);
  protected readonly asked = inject<BulkDialogInput>(MAT_DIALOG_DATA);
  private readonly keys = new KeyKeeper();
  private readonly view = toBulkFilter(this.asked.filters ?? noFilters, inject(ServerClock).now());
  protected readonly whyNoView = 'whyNot' in this.view ? this.view.whyNot : undefined;
  protected readonly actions = (['retry', 'pause', 'resume', 'cancel'] as const).map((name) => ({ name, ...bulkWords[name] }));
  protected readonly scope = signal<'ids' | 'view' | undefined>(
    this.asked.ids.length > 0 ? 'ids' : this.whyNoView === undefined ? 'view' : undefined,
  );
  protected readonly action = signal<BulkAction>(this.asked.action ?? 'retry');
  protected readonly help = computed(() => bulkWords[this.action()].help);
  protected readonly undo = signal<boolean | undefined>(undefined);
  protected readonly typed = signal('');
  protected readonly trial = signal<BulkDryRun | undefined>(undefined);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  protected readonly isSending = signal(false);
  protected readonly count = formatCount;
  private readonly target = computed<Pick<BulkRequest, 'ids' | 'filter'> | undefined>(() => {
    if (this.scope() === 'ids') return { ids: [...this.asked.ids] };
    return this.scope() === 'view' && 'filter' in this.view ? { filter: this.view.filter } : undefined;
  });
  protected readonly confirmation = computed(() => confirmation(this.action(), this.trial()?.total.count ?? 0));
  protected readonly canRun = computed(() => {
    const [trial, wanted] = [this.trial(), this.confirmation()];
    if (trial === undefined || trial.total.count === 0 || this.isSending()) return false;
    return wanted === undefined || this.typed().replaceAll(',', '').trim() === wanted;
  });
  protected readonly undoChoices: readonly { readonly value: boolean | undefined; readonly word: string }[] = [
    { value: undefined, word: $localize`As the definition says` },
    { value: true, word: $localize`Undo what was completed` },
    { value: false, word: $localize`Leave it as it is` },
  ];

  constructor() {
    effect(() => {
      const [target, action] = [this.target(), this.action()];
      untracked(() => void this.try(target, action));
    });
  }

  protected async run(reason: string): Promise<void> {
    const target = this.target();
    if (!this.canRun() || target === undefined) return;
    const undo = this.action() === 'cancel' ? this.undo() : undefined;
    const body: BulkRequest = {
      ...{ action: this.action(), ...target, ...this.person.signature() },
      ...(reason !== '' && { reason }),
      ...(undo !== undefined && { compensate: undo }),
    };
    this.isSending.set(true);
    try {
      const job = await this.api.bulk(body, this.keys.keyFor(body));
      this.ref.close(true);
      await this.router.navigate(['/bulk', job.id]);
    } catch (error) {
      this.problem.set(toProblem(error));
      this.isSending.set(false);
    }
  }

  /** The trial run: counts, and changes nothing. */
  private async try(target: Pick<BulkRequest, 'ids' | 'filter'> | undefined, action: BulkAction): Promise<void> {
    this.trial.set(undefined);
    this.problem.set(undefined);
    if (target === undefined) return;
    const isCurrent = (): boolean => target === this.target() && action === this.action();
    try {
      const trial = await this.api.bulkDryRun({ action, ...target }, newKey());
      if (isCurrent()) this.trial.set(trial);
    } catch (error) {
      if (isCurrent()) this.problem.set(toProblem(error));
    }
  }
}
