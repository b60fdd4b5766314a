import { Component, computed, effect, inject, input, output, signal, untracked, viewChild } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import type { Instance } from '@contracts/rest/instances';
import { ActsApi } from '../../core/api/acts-api';
import { Api } from '../../core/api/api';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { LiveConnection } from '../../core/live/live-connection';
import { newKey } from '../../core/new-key';
import { Person } from '../../core/person';
import { ServerClock } from '../../core/time/server-clock';
import { Time } from '../../core/time/time';
import { Glyph } from '../../ui/glyph';
import { JsonTree } from '../../ui/json-tree';
import { Problem } from '../../ui/problem';
import { ActDialog } from '../acts/act-dialog';
import { AskAnswer } from './ask-answer';
import { askTitle, dueOf, type AskFacts, keyFacts, waitsFor } from './ask-facts';
import { reassignPlan } from './ask-plans';

/** One ask with what one decides by: facts of its instance first, then the form. */
@Component({
  selector: 'oqx-ask-detail',
  imports: [RouterLink, Time, Glyph, Problem, JsonTree, AskAnswer],
  templateUrl: './ask-detail.html',
  styleUrl: './ask-detail.css',
})
export class AskDetail {
  private readonly acts = inject(ActsApi);
  private readonly api = inject(Api);
  private readonly dialog = inject(MatDialog);
  private readonly live = inject(LiveConnection);
  private readonly clock = inject(ServerClock);
  private readonly form = viewChild(AskAnswer);
  protected readonly person = inject(Person);
  readonly ask = input.required<AskFacts>();
  readonly answered = output();
  /** Claimed or passed on. */
  readonly changed = output();

  private readonly instanceId = computed(() => this.ask().instance);
  protected readonly instance = signal<Instance | undefined>(undefined);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  protected readonly title = computed(() => askTitle(this.ask()));
  protected readonly who = computed(() => waitsFor(this.ask()));
  protected readonly due = computed(() => dueOf(this.ask(), this.clock.now()));
  protected readonly facts = computed(() => keyFacts(this.instance()?.input));
  protected readonly isOffline = computed(() => this.live.state().phase === 'offline');
  protected readonly isMine = computed(() => this.person.name() !== '' && this.ask().claimedBy === this.person.name());
  /** Why it cannot be claimed. */
  protected readonly whyNoClaim = computed(() => {
    if (this.person.name() === '') return $localize`Type your name first.`;
    const { claimedBy } = this.ask();
    return claimedBy === null ? undefined : $localize`${claimedBy}:who: has claimed it; reassigning gives it free.`;
  });

  constructor() {
    effect(() => {
      const id = this.instanceId();
      untracked(() => void this.load(id));
    });
  }

  /** Of an approval, by the keyboard. @returns false when it is none */
  decide(outcome: 'approved' | 'rejected'): boolean {
    const form = this.form();
    if (this.ask().kind !== 'approval' || form === undefined) return false;
    void form.send(outcome);
    return true;
  }

  protected reassign(): void {
    const data = reassignPlan(this.acts, this.ask());
    this.dialog
      .open<ActDialog, unknown, boolean>(ActDialog, { data, autoFocus: '#line' })
      .afterClosed()
      .subscribe((isDone) => isDone && this.changed.emit());
  }

  protected claim(): Promise<void> {
    const { instance, path } = this.ask();
    return this.do(this.acts.claim(instance, path, { by: this.person.name() }, newKey()));
  }

  /** Gives a claim up: asked of the same people as before. */
  protected release(): Promise<void> {
    const { instance, path, assignees } = this.ask();
    return this.do(this.acts.reassign(instance, path, { assignees: [...assignees], ...this.person.signature() }, newKey()));
  }

  private async do(act: Promise<unknown>): Promise<void> {
    try {
      await act;
      this.problem.set(undefined);
      this.changed.emit();
    } catch (error) {
      this.problem.set(toProblem(error));
    }
  }

  private async load(id: string): Promise<void> {
    this.instance.set(undefined);
    this.problem.set(undefined);
    try {
      const instance = await this.api.instance(id);
      if (id === this.instanceId()) this.instance.set(instance);
    } catch (error) {
      if (id === this.instanceId()) this.problem.set(toProblem(error));
    }
  }
}
